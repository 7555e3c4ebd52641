//! Decides what of a record is protected. Whatever cannot be decided is protected whole: a record that could not be read
//! as what it seems to be may hold anything.

use palisade_record::{FrameFlags, Value};
use palisade_seal::detector::Found;
use palisade_seal::policy::Policy;

use super::edit::{Edit, Verdict};
use super::inner::Inner;
use crate::normalise::{Field, Fields, Kind, Layouts, MESSAGE, Names, Origin, before_text};

/// Reads records to find what is protected; its buffers are used again for each.
#[derive(Default)]
pub(super) struct Finder {
    names: Names,
    fields: Fields,
    inner: Inner,
    layouts: Layouts,
}

/// The record's subject: name of the protection and value.
pub(super) type Subject<'p> = Option<(&'p str, String)>;

impl Finder {
    /// What of a payload is protected, and whose record it is.
    pub(super) fn find<'p>(
        &mut self,
        policy: &'p Policy,
        payload: &[u8],
        flags: FrameFlags,
    ) -> (Verdict<'p>, Subject<'p>) {
        if self.names.begin_record() {
            self.layouts.clear();
        }
        self.fields.clear();
        if flags.contains(FrameFlags::MALFORMED) {
            return (Verdict::Whole, None);
        }
        let before = before_text(payload);
        let blanks = payload[before..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let start = before + blanks;
        if payload.get(start) != Some(&b'{') {
            return (in_line(policy, payload), None);
        }
        match self.read(&payload[start..], start) {
            Some(text) => self.in_object(policy, payload, text),
            None => (Verdict::Whole, None),
        }
    }

    fn read<'a>(&mut self, text: &'a [u8], before: usize) -> Option<&'a str> {
        let text = std::str::from_utf8(text).ok()?;
        if !self.layouts.read(text, before, &mut self.fields) {
            self.fields.read(text, Origin::Record(before), &mut self.names).ok()?;
            self.layouts.learn(text, before, &self.fields);
        }
        Some(text)
    }

    fn in_object<'p>(
        &mut self,
        policy: &'p Policy,
        payload: &[u8],
        text: &str,
    ) -> (Verdict<'p>, Subject<'p>) {
        let mut edits = Vec::new();
        let mut found = Vec::new();
        // Past the fields that are kept apart, and below the depth, nobody has looked.
        let mut is_unknown = self.fields.is_full();
        for field in self.fields.iter() {
            let protection = self.protection_of(policy, field);
            is_unknown |= field.kind == Kind::Container && protection.is_none();
            let Some((start, end)) = field.range() else { continue };
            let value = self.fields.value(field, text);
            if let Some(name) = protection {
                let quotes = usize::from(field.kind == Kind::Text);
                let range = start - quotes..end + quotes;
                edits.push(Edit { range, name, is_value: true, value: value.as_text().into_owned() });
                continue;
            }
            let Value::Text(value) = value else { continue };
            if self.names.canonical(field.name) == Some(MESSAGE)
                && field.kind == Kind::Text
                && let Some(inside) = self.inner.find(policy, value, &payload[start..end], start)
            {
                edits.extend(inside);
                continue;
            }
            policy.detectors().find(value, &mut found);
            let stands_as_it_is = payload.get(start..end) == Some(value.as_bytes());
            match found.first() {
                None => {}
                // Where it stands between escapes is not known: the value goes as a whole.
                Some(first) if !stands_as_it_is => {
                    edits.push(Edit {
                        range: start - 1..end + 1,
                        name: first.name,
                        is_value: true,
                        value: String::new(),
                    });
                }
                Some(_) => edits.extend(found.iter().map(|found| piece(found, value, start))),
            }
        }
        let subject = self.subject(policy, text);
        if is_unknown { (Verdict::Whole, subject) } else { (Verdict::of(edits), subject) }
    }

    /// The protection of a field, by its own name or by the canonical one that it stands for.
    pub(super) fn protection_of<'p>(&self, policy: &'p Policy, field: Field) -> Option<&'p str> {
        protection_of(policy, &self.names, field)
    }

    fn subject<'p>(&self, policy: &'p Policy, text: &str) -> Subject<'p> {
        let subject = policy.subject()?;
        let is_subject = |field: &Field| {
            let canonical = self.names.canonical(field.name).map(|name| self.names.text(name));
            self.names.text(field.name) == subject || canonical == Some(subject)
        };
        let field = self.fields.iter().find(is_subject)?;
        let name = policy.protection_name_of(subject)?;
        Some((name, self.fields.value(field, text).as_text().into_owned()))
    }
}

pub(super) fn protection_of<'p>(policy: &'p Policy, names: &Names, field: Field) -> Option<&'p str> {
    let canonical = || policy.protection_name_of(names.text(names.canonical(field.name)?));
    policy.protection_name_of(names.text(field.name)).or_else(canonical)
}

fn in_line<'p>(policy: &'p Policy, payload: &[u8]) -> Verdict<'p> {
    let mut found = Vec::new();
    match std::str::from_utf8(payload) {
        Ok(text) => {
            policy.detectors().find(text, &mut found);
            Verdict::of(found.iter().map(|found| piece(found, text, 0)).collect())
        }
        Err(_) => {
            policy.detectors().find(&String::from_utf8_lossy(payload), &mut found);
            if found.is_empty() { Verdict::Clear } else { Verdict::Whole }
        }
    }
}

fn piece<'p>(found: &Found<'p>, text: &str, before: usize) -> Edit<'p> {
    let value = text[found.range.clone()].to_owned();
    let range = before + found.range.start..before + found.range.end;
    Edit { range, name: found.name, is_value: false, value }
}
