//! What another Sigma engine says of the same rules and events, and how fast.
//!
//! Two engines that were written apart and agree are more likely right than one; and a ratio of two in one run says more than
//! a figure of one. Nothing here is part of the program.
//!
//! | file | holds |
//! |---|---|
//! | `rsigma` | the other engine |
//! | `generate` | events as Windows and Linux machines write them |
//! | `race` | both engines on the same rules and events |

pub mod generate;
pub mod race;
pub mod rsigma;
