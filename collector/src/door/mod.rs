//! One file per door: each makes batches of what it is sent, and answers in its own way.

pub(crate) mod agent;
pub(crate) mod ingest;
mod pieces;

/// Records in one request. With it the bookkeeping of a body that is nothing but line ends stays below what the body
/// itself may take.
const REQUEST_RECORDS_MAX: usize = 1_048_576;

/// What was taken out of a request's path or query, or the refusal in the shape of all others.
fn extracted<T>(outcome: Result<T, impl std::fmt::Display>) -> Result<T, palisade_access::ApiError> {
    outcome.map_err(|problem| palisade_access::ApiError::invalid(problem.to_string(), "correct the address"))
}

fn too_many_records() -> palisade_access::ApiError {
    let message = format!("the request has more than {REQUEST_RECORDS_MAX} records");
    palisade_access::ApiError::too_large(message, "send the records in several smaller requests")
}
