//! From the events of the YAML parser to documents.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::extent::Extent;
use super::scalar::resolve;
use super::{Entry, Fault, Kind, Mapping, Node};

/// The largest file of rules: the whole of the public rules, one after the other, is about three times as long, and comes in
/// thousands of files.
pub const FILE_BYTES_MAX: usize = 4 << 20;
/// How deep lists and mappings may lie in each other. Rules need six.
pub const DEPTH_MAX: usize = 32;
/// How many values a file may have, those that aliases repeat counted each time: a few lines of aliases of aliases would
/// otherwise be gigabytes.
pub const NODES_MAX: usize = 400_000;

/// Reads every document of a file. Where it is not YAML the whole file is refused: half a file is what a torn write leaves.
pub fn load(text: &str) -> Result<Vec<Node>, Fault> {
    if text.len() > FILE_BYTES_MAX {
        return Err(Fault::new(1, format!("the file is longer than {FILE_BYTES_MAX} bytes; split it")));
    }
    let mut loader = Loader::default();
    // A byte order mark is how some editors begin UTF-8.
    for event in Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        let (event, span) = event.map_err(|error| {
            Fault::new(line_number(error.marker().line()), format!("this is not YAML: {}", error.info()))
        })?;
        loader.take(event, span)?;
    }
    Ok(loader.documents)
}

fn line_number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX).max(1)
}

/// A list or a mapping that has begun.
struct Open {
    anchor: usize,
    line: u32,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Mapping { mapping: Mapping, key: Option<(u32, String)>, lines: HashMap<String, u32> },
}

/// A complete value that aliases may repeat.
struct Anchored {
    node: Node,
    extent: Extent,
}

#[derive(Default)]
struct Loader {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
}

impl Loader {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let line = line_number(span.start.line());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = scalar(&text, style, tag.as_deref(), line)?;
                self.complete(Node { line, kind }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                refuse_tag(tag.as_deref(), line)?;
                self.begin(anchor, line, Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                refuse_tag(tag.as_deref(), line)?;
                let mapping = Mapping { line, entries: Vec::new() };
                self.begin(anchor, line, Content::Mapping { mapping, key: None, lines: HashMap::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                None => Ok(()),
                Some(Open { anchor, line, content }) => {
                    let kind = match content {
                        Content::List(nodes) => Kind::List(nodes),
                        Content::Mapping { mapping, .. } => Kind::Mapping(mapping),
                    };
                    self.complete(Node { line, kind }, anchor)
                }
            },
            Event::Alias(anchor) => {
                let Some(anchored) = self.anchors.get(&anchor) else {
                    return Err(Fault::new(line, "an alias of something that is not complete yet"));
                };
                self.nodes += anchored.extent.nodes;
                if self.nodes > NODES_MAX {
                    return Err(too_many(line));
                }
                if self.open.len() + anchored.extent.depth > DEPTH_MAX {
                    return Err(too_deep(line));
                }
                let node = anchored.node.clone();
                self.complete(node, 0)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, line: u32, content: Content) -> Result<(), Fault> {
        if self.open.len() >= DEPTH_MAX {
            return Err(too_deep(line));
        }
        self.open.push(Open { anchor, line, content });
        Ok(())
    }

    /// Puts a value that is complete where it belongs.
    fn complete(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(too_many(node.line));
        }
        if anchor != 0 {
            let extent = Extent::of(&node);
            self.nodes += extent.nodes;
            self.anchors.insert(anchor, Anchored { node: node.clone(), extent });
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.documents.push(node),
            Some(Content::List(nodes)) => nodes.push(node),
            Some(Content::Mapping { mapping, key, lines }) => match key.take() {
                None => *key = Some((node.line, key_of(node)?)),
                Some((line, key)) => {
                    if let Some(first) = lines.insert(key.clone(), line) {
                        return Err(Fault::new(
                            line,
                            format!("`{key}` stands here and on line {first}; keep one"),
                        ));
                    }
                    mapping.entries.push(Entry { line, key, value: node });
                }
            },
        }
        Ok(())
    }
}

fn too_many(line: u32) -> Fault {
    Fault::new(line, format!("more than {NODES_MAX} values in one file, aliases counted; split it"))
}

fn too_deep(line: u32) -> Fault {
    Fault::new(line, format!("more than {DEPTH_MAX} lists and mappings in each other"))
}

fn key_of(node: Node) -> Result<String, Fault> {
    match node.kind {
        Kind::Null => Ok(String::new()),
        Kind::List(_) | Kind::Mapping(_) => {
            Err(Fault::new(node.line, "a key must be text, not a list or a mapping"))
        }
        _ => node.text("key"),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, line: u32) -> Result<Kind, Fault> {
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(Kind::Text(text.to_owned())),
        Some(_) => refuse_tag(tag, line).map(|()| Kind::Null),
        None if style == ScalarStyle::Plain => Ok(resolve(text)),
        None => Ok(Kind::Text(text.to_owned())),
    }
}

fn refuse_tag(tag: Option<&Tag>, line: u32) -> Result<(), Fault> {
    match tag {
        None => Ok(()),
        Some(tag) => {
            Err(Fault::new(line, format!("the tag `!{}` means nothing in rules; leave it out", tag.suffix)))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> Fault {
        load(text).expect_err(text)
    }

    #[test]
    fn every_document_and_every_value_knows_its_line() {
        let documents = load("a: 1\nb:\n  - x\n  - 'y'\n---\nc: null\n").unwrap();
        assert_eq!(documents.len(), 2);
        let first = documents[0].mapping("first").unwrap();
        assert_eq!(first.entries[1].line, 2);
        let lines: Vec<u32> =
            first.entries[1].value.list("b").unwrap().iter().map(|node| node.line).collect();
        assert_eq!(lines, [3, 4]);
        assert_eq!(documents[1].mapping("second").unwrap().entries[0].line, 6);
    }

    #[test]
    fn quoted_scalars_are_text_whatever_they_look_like() {
        let documents = load("[ '1', \"null\", 1, null, !!str 1 ]").unwrap();
        let kinds: Vec<&str> = documents[0].list("list").unwrap().iter().map(Node::describe).collect();
        assert_eq!(kinds, ["text", "text", "a number", "nothing", "text"]);
    }

    #[test]
    fn a_key_that_comes_twice_is_refused_with_both_lines() {
        let fault = refused("a: 1\nb: 2\na: 3\n");
        assert_eq!((fault.line, fault.reason.contains("line 1")), (3, true));
    }

    #[test]
    fn what_is_not_yaml_is_refused_with_its_line() {
        assert_eq!(refused("a: 1\nb: [1, 2\nc: 3\n").line, 3);
    }

    #[test]
    fn aliases_repeat_what_they_name_and_cannot_fill_the_memory() {
        let documents = load("a: &one [1, 2]\nb: *one\n").unwrap();
        let mapping = documents[0].mapping("document").unwrap();
        assert_eq!(mapping.get("b").unwrap().list("b").unwrap().len(), 2);

        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
        }
        assert!(refused(&bomb).reason.contains("values"));

        let mut tower = String::from("a0: &a0 [x]\n");
        for level in 1..100 {
            tower.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert!(refused(&tower).reason.contains("in each other"));
        assert!(refused("a: &a [*a]").line == 1);
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_refused() {
        assert!(refused(&"[".repeat(DEPTH_MAX + 1)).reason.contains("in each other"));
        assert!(refused(&" ".repeat(FILE_BYTES_MAX + 1)).reason.contains("longer"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_on_a_line_that_it_has(text in "[-a&*!:{}\\[\\],'\"|> \n#?%0-9]{0,60}") {
            if let Err(fault) = load(&text) {
                prop_assert!(fault.line as usize <= text.lines().count() + 1, "{fault:?}");
            }
        }
    }
}
