//! Shows records: the web application and its embedding in the program.

mod asset;
mod routes;

pub use asset::{Asset, asset};
pub use routes::routes;
