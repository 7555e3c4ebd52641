//! The canonical fields, and the names by which other schemas know them.

/// The fields every record may have, under the one name Palisade knows them by.
pub const FIELDS: [&str; 15] = [
    "timestamp",
    "received_at",
    "level",
    "service",
    "message",
    "correlation_id",
    "user_id",
    "action",
    "resource",
    "outcome",
    "source_ip",
    "region",
    "patient_id",
    "duration_ms",
    "status",
];

/// Names of the Elastic Common Schema, OpenTelemetry and common loggers, sorted, each with its canonical field.
/// A record's own name stays searchable: a query for it is a query for the canonical field.
const ALIASES: [(&str, &str); 66] = [
    ("@message", "message"),
    ("@timestamp", "timestamp"),
    ("Body", "message"),
    ("ServiceName", "service"),
    ("SeverityText", "level"),
    ("Timestamp", "timestamp"),
    ("TraceId", "correlation_id"),
    ("app", "service"),
    ("application", "service"),
    ("body", "message"),
    ("client.address", "source_ip"),
    ("client.ip", "source_ip"),
    ("client_ip", "source_ip"),
    ("clientip", "source_ip"),
    ("cloud.region", "region"),
    ("correlation-id", "correlation_id"),
    ("correlation.id", "correlation_id"),
    ("correlationID", "correlation_id"),
    ("correlationId", "correlation_id"),
    ("date", "timestamp"),
    ("datetime", "timestamp"),
    ("durationMs", "duration_ms"),
    ("elapsed_ms", "duration_ms"),
    ("enduser.id", "user_id"),
    ("event.action", "action"),
    ("event.outcome", "outcome"),
    ("eventTime", "timestamp"),
    ("http.response.status_code", "status"),
    ("http.status_code", "status"),
    ("latency_ms", "duration_ms"),
    ("log", "message"),
    ("log.level", "level"),
    ("loglevel", "level"),
    ("lvl", "level"),
    ("msg", "message"),
    ("observed_timestamp", "received_at"),
    ("patient.id", "patient_id"),
    ("patientId", "patient_id"),
    ("remote_addr", "source_ip"),
    ("remote_ip", "source_ip"),
    ("request.id", "correlation_id"),
    ("requestId", "correlation_id"),
    ("request_id", "correlation_id"),
    ("response_time_ms", "duration_ms"),
    ("service.name", "service"),
    ("serviceName", "service"),
    ("service_name", "service"),
    ("severity", "level"),
    ("severityText", "level"),
    ("severity_text", "level"),
    ("source.address", "source_ip"),
    ("source.ip", "source_ip"),
    ("src_ip", "source_ip"),
    ("statusCode", "status"),
    ("status_code", "status"),
    ("time", "timestamp"),
    ("trace.id", "correlation_id"),
    ("traceId", "correlation_id"),
    ("trace_id", "correlation_id"),
    ("ts", "timestamp"),
    ("url.path", "resource"),
    ("user.id", "user_id"),
    ("user.name", "user_id"),
    ("userId", "user_id"),
    ("user_name", "user_id"),
    ("username", "user_id"),
];

/// The canonical name of a field: `log.level` is `level`; names that are nobody's alias are their own.
pub fn canonical(name: &str) -> &str {
    match ALIASES.binary_search_by_key(&name, |(alias, _)| alias) {
        Ok(found) => ALIASES[found].1,
        Err(_) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_sorted_so_that_they_can_be_found() {
        assert!(ALIASES.is_sorted_by(|left, right| left.0 < right.0));
    }

    #[test]
    fn canonical_names_are_nobodys_alias() {
        for field in FIELDS {
            assert_eq!(canonical(field), field);
        }
        assert_eq!(canonical("log.level"), "level");
        assert_eq!(canonical("custom"), "custom");
    }
}
