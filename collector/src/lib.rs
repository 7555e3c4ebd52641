//! Takes records in: one file per door, normalisation, admission, acknowledgement.
