//! The figures that were promised, each beside what it must be and what it should be.

use serde::Serialize;

use crate::report::Results;

/// A promise: what the figure must be, and the goal; larger or smaller is better.
struct Promise {
    name: &'static str,
    unit: &'static str,
    must: f64,
    goal: f64,
    is_larger_better: bool,
    of: fn(&Results) -> Option<f64>,
}

/// How a figure stands to its promise.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mark {
    /// The goal is reached.
    Goal,
    /// What must be is reached.
    Must,
    /// Neither is.
    Missed,
    /// It was not measured, or the answer was wrong.
    Unknown,
}

/// A figure beside its promise.
#[derive(Clone, PartialEq, Serialize, Debug)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: Option<f64>,
    pub(crate) unit: &'static str,
    pub(crate) must: f64,
    pub(crate) goal: f64,
    pub(crate) mark: Mark,
}

const fn at_most(
    name: &'static str,
    unit: &'static str,
    must: f64,
    goal: f64,
    of: fn(&Results) -> Option<f64>,
) -> Promise {
    Promise { name, unit, must, goal, is_larger_better: false, of }
}

const PROMISES: [Promise; 15] = [
    at_most("ingest, CPU", "x zstd", 7.0, 4.5, |results| Some(results.ingest_cpu_to_zstd3_cpu)),
    at_most("data + index", "x zstd", 0.60, 0.42, |results| Some(results.disk_to_zstd3)),
    at_most("peak memory, ingest", "MB", 512.0, 300.0, |results| Some(results.ingest_rss_mb)),
    at_most("peak memory, queries", "MB", 512.0, 300.0, |results| Some(results.query_rss_mb)),
    at_most("needle", "ms", 3.0, 1.0, |results| results.p50("needle")),
    at_most("newest 100 of level:ERROR", "ms", 10.0, 3.0, |results| results.p50("newest_errors")),
    at_most("count of a phrase", "ms", 30.0, 10.0, |results| results.p50("phrase_count")),
    at_most("count of a regex", "ms", 80.0, 30.0, |results| results.p50("regex_count")),
    at_most("count of a substring", "ms", 80.0, 30.0, |results| results.p50("substring_count")),
    at_most("top 10 source_ip, failed logins", "ms", 19.0, 8.0, |results| {
        results.p50("top_ips_of_failed_logins")
    }),
    at_most("p99(duration_ms) by service", "ms", 60.0, 25.0, |results| results.p50("p99_by_service")),
    at_most("distinct users", "ms", 60.0, 25.0, |results| results.p50("distinct_users")),
    at_most("acknowledged to searchable, p99", "ms", 1_000.0, 300.0, |results| Some(results.fresh.p99_ms)),
    Promise {
        name: "agent",
        unit: "MB per CPU s",
        must: 200.0,
        goal: 200.0,
        is_larger_better: true,
        of: |results| Some(results.agent_mb_per_cpu_s),
    },
    at_most("agent, 10,000 files, memory", "MB", 41.9, 41.9, |results| Some(results.agent_rss_mb_10k_files)),
];

/// The promised figures of a run.
pub(crate) fn figures(results: &Results) -> Vec<Figure> {
    let figure = |promise: &Promise| {
        let value = (promise.of)(results);
        let Promise { name, unit, must, goal, .. } = *promise;
        Figure { name, value, unit, must, goal, mark: promise.mark(value) }
    };
    PROMISES.iter().map(figure).collect()
}

impl Promise {
    fn mark(&self, value: Option<f64>) -> Mark {
        let Some(value) = value else { return Mark::Unknown };
        let reaches = |bound| if self.is_larger_better { value >= bound } else { value <= bound };
        match (reaches(self.goal), reaches(self.must)) {
            (true, _) => Mark::Goal,
            (false, true) => Mark::Must,
            (false, false) => Mark::Missed,
        }
    }
}

impl Mark {
    /// How people see it.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Goal => "goal",
            Self::Must => "must",
            Self::Missed => "MISSED",
            Self::Unknown => "?",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_marked_by_what_it_reaches() {
        let small = at_most("a", "ms", 10.0, 5.0, |_| None);
        let marks = [4.0, 5.0, 7.0, 10.0, 11.0].map(|value| small.mark(Some(value)));
        assert_eq!(marks, [Mark::Goal, Mark::Goal, Mark::Must, Mark::Must, Mark::Missed]);
        assert_eq!(small.mark(None), Mark::Unknown);
        let large = Promise { is_larger_better: true, must: 100.0, goal: 200.0, ..small };
        assert_eq!(
            [300.0, 150.0, 50.0].map(|value| large.mark(Some(value))),
            [Mark::Goal, Mark::Must, Mark::Missed]
        );
    }
}
