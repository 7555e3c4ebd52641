//! Who may call what: permissions, declared routes, credentials and the shape of every error answer.
