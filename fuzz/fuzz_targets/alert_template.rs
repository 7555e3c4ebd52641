//! A title or body of an alert: refused at a placeholder, or one that shows nothing that is protected.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::deliver::Template;

fuzz_target!(|text: &str| {
    let everything = Template::parse(text, &[] as &[&str]);
    match Template::parse(text, &["patient_id"]) {
        Ok(template) => {
            assert_eq!(everything, Ok(template));
            assert!(!text.contains("{{group.patient_id}}"));
        }
        Err(problem) => {
            assert!(!problem.reason.is_empty() && problem.at <= text.len());
            assert!(everything.is_err() || text[problem.at..].contains("patient_id"));
        }
    }
});
