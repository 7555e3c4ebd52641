//! A pipeline is read, the same twice, or refused on a line that it has; and none makes a name that is not the field's own first.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::Placeholders;
use palisade_detect::pipeline::read_pipeline;
use palisade_detect::rule::LogSource;

fuzz_target!(|text: &str| match read_pipeline("pipeline.yml", text, &Placeholders::default()) {
    Ok(pipeline) => {
        let source = LogSource { product: Some("windows".to_owned()), ..LogSource::default() };
        let names = pipeline.names(&source, "Image");
        assert_eq!(names[0].as_str(), "Image");
        let again = read_pipeline("pipeline.yml", text, &Placeholders::default()).expect("was read before");
        assert_eq!(again.names(&source, "Image"), names);
    }
    Err(problem) => assert!(problem.line as usize <= lines(text) + 1, "{problem}"),
});

/// How many lines a text has at most: to YAML a carriage return alone ends one too.
fn lines(text: &str) -> usize {
    text.matches(['\n', '\r']).count() + 1
}
