//! Who may call what: permissions, declared routes, credentials, sessions and the shape of every error answer.
//!
//! There is one enforcement point, [`Routes::into_router`]: a route cannot be added without saying which permission it
//! needs, and whoever calls it was recognised before its handler runs.

mod answer;
mod credentials;
mod gate;
mod permission;
mod routes;
mod session;
mod waiting;

pub use answer::{ApiError, Position};
pub use credentials::{Credentials, Secret};
pub use gate::Gate;
pub use permission::{Caller, Permission, Role};
pub use routes::{Declared, Routes};
pub use session::{SESSION_COOKIE, session_routes};
pub use waiting::waiting;
