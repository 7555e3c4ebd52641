//! Decides what of a record is protected. Whatever cannot be decided is protected whole: a record that could not be read
//! as what it seems to be may hold anything.

use palisade_record::{FrameFlags, Value};
use palisade_seal::detector::Found;
use palisade_seal::policy::Policy;

use super::edit::{Edit, Verdict};
use super::inner::Inner;
use crate::normalise::{Field, Fields, Kind, Layouts, MESSAGE, Names, Origin, before_text};

/// Reads records of one stream to find what is protected; its buffers are used again for each.
pub(super) struct Finder<'p> {
    policy: &'p Policy,
    names: Names,
    /// What is known of fields, by the number of their name.
    roles: Vec<Option<Role<'p>>>,
    fields: Fields,
    inner: Inner,
    layouts: Layouts,
}

/// What a field is to a policy.
#[derive(Clone, Copy)]
struct Role<'p> {
    protection: Option<&'p str>,
    is_subject: bool,
}

impl<'p> Role<'p> {
    fn of(policy: &'p Policy, names: &Names, field: Field) -> Self {
        let canonical = names.canonical(field.name).map(|name| names.text(name));
        let is_subject = |subject| names.text(field.name) == subject || canonical == Some(subject);
        Self {
            protection: protection_of(policy, names, field),
            is_subject: policy.subject().is_some_and(is_subject),
        }
    }
}

/// The record's subject: name of the protection and value.
pub(super) type Subject<'p> = Option<(&'p str, String)>;

impl<'p> Finder<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            names: Names::default(),
            roles: Vec::new(),
            fields: Fields::default(),
            inner: Inner::default(),
            layouts: Layouts::default(),
        }
    }

    /// What of a payload is protected, and whose record it is.
    pub(super) fn find(&mut self, payload: &[u8], flags: FrameFlags) -> (Verdict<'p>, Subject<'p>) {
        let policy = self.policy;
        if self.names.begin_record() {
            self.layouts.clear();
            self.roles.clear();
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
            Some(text) => self.in_object(payload, text),
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

    fn in_object(&mut self, payload: &[u8], text: &str) -> (Verdict<'p>, Subject<'p>) {
        let policy = self.policy;
        self.learn_roles();
        let mut edits = Vec::new();
        let mut found = Vec::new();
        // Past the fields that are kept apart, and below the depth, nobody has looked.
        let mut is_unknown = self.fields.is_full();
        for field in self.fields.iter() {
            let Role { protection, .. } = self.role(field);
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
        let subject = self.subject(text);
        if is_unknown { (Verdict::Whole, subject) } else { (Verdict::of(edits), subject) }
    }

    /// Looks names up that were not met before: records of one source have the same ones again and again.
    fn learn_roles(&mut self) {
        let Self { policy, names, roles, fields, .. } = self;
        for field in fields.iter() {
            if roles.len() <= field.name {
                roles.resize(field.name + 1, None);
            }
            roles[field.name].get_or_insert_with(|| Role::of(policy, names, field));
        }
    }

    fn role(&self, field: Field) -> Role<'p> {
        let known = self.roles.get(field.name).copied().flatten();
        known.unwrap_or_else(|| Role::of(self.policy, &self.names, field))
    }

    fn subject(&self, text: &str) -> Subject<'p> {
        let field = self.fields.iter().find(|field| self.role(*field).is_subject)?;
        let name = self.policy.protection_name_of(self.policy.subject()?)?;
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
