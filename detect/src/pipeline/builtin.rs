//! The pipelines that come with the program.

use std::sync::LazyLock;

use super::{Pipeline, read_pipeline};
use crate::rule::Placeholders;

const FILES: [(&str, &str); 4] = [
    ("windows.yml", include_str!("../../pipelines/windows.yml")),
    ("windows_channels.yml", include_str!("../../pipelines/windows_channels.yml")),
    ("linux.yml", include_str!("../../pipelines/linux.yml")),
    ("network.yml", include_str!("../../pipelines/network.yml")),
];

static BUILTIN: LazyLock<Pipeline> = LazyLock::new(|| {
    FILES.iter().fold(Pipeline::default(), |all, (file, text)| {
        #[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
        let read = read_pipeline(file, text, &Placeholders::default()).expect("a pipeline of the program");
        all.with(read)
    })
});

/// What comes with the program: Windows events as EVTX in JSON, as Winlogbeat and ECS write them and flat, auditd, and the
/// names of ECS for what networks tell.
pub fn builtin() -> &'static Pipeline {
    &BUILTIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pipeline_of_the_program_can_be_read() {
        for (file, text) in FILES {
            assert!(read_pipeline(file, text, &Placeholders::default()).is_ok(), "{file}");
        }
    }
}
