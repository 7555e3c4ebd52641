//! Who may call what: people and programs, their roles, permissions, declared routes, and the shape of every error answer.
//!
//! There is one enforcement point, [`Routes::into_router`]: a route cannot be added without saying which permission it
//! needs, whoever calls it was recognised before its handler runs, and what they did is written down before the answer leaves.

mod act;
mod answer;
mod audit_trail;
mod caller;
mod cookie;
mod credentials;
pub mod directory;
mod gate;
mod grants;
mod http;
mod machine;
pub mod oidc;
mod owner;
mod peer;
mod permission;
mod role;
mod routes;
mod strangers;
mod two_people;
mod waiting;

pub use act::{Act, Ending};
pub use answer::{ApiError, Position};
pub use audit_trail::{AuditTrail, Notebook, Recorded};
pub use caller::Caller;
pub use credentials::{Credentials, Secret};
pub use directory::Directory;
pub use gate::Gate;
pub use grants::Grants;
pub use http::{SIGN_IN_PATH, routes};
pub use machine::{Machine, MachineGrant};
pub use peer::{Peer, Proxies};
pub use permission::Permission;
pub use role::Role;
pub use routes::{Declared, Routes};
pub use waiting::waiting;
