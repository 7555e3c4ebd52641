//! Reading `logsource:`.

use crate::rule::LogSource;
use crate::yaml::{Fault, Node};

/// Reads a log source. Other keys than those that are evaluated may say what they like, as the specification has it.
pub(super) fn read(node: &Node) -> Result<LogSource, Fault> {
    let mapping = node.mapping("logsource")?;
    let source = LogSource {
        product: mapping.optional_text("product")?,
        category: mapping.optional_text("category")?,
        service: mapping.optional_text("service")?,
        stream: mapping.optional_text("stream")?,
    };
    if source == LogSource::default() {
        return Err(Fault::new(
            node.line,
            "`logsource:` says none of product, category, service and stream; it needs one",
        ));
    }
    Ok(source)
}
