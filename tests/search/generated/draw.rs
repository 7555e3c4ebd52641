//! Draws conditions from lines: what is asked for is somewhere, mostly.

use super::condition::{Condition, End, Field, Test, is_word_char};
use super::seen::{Found, Names, Seen};
use crate::world::Random;

/// Letters that patterns and expressions are made of without escaping.
fn is_plain(letter: char) -> bool {
    is_word_char(letter) || letter == '-' || letter == '.'
}

/// Draws from a sample of lines.
pub(super) struct Draw<'a> {
    pub(super) random: Random,
    pub(super) sample: &'a [Seen],
    pub(super) names: &'a Names,
}

impl Draw<'_> {
    /// A condition, with others inside it now and then.
    pub(super) fn condition(&mut self) -> Condition {
        match self.random.below(20) {
            0 => Condition::All,
            1..=3 => Condition::And(vec![self.single(), self.single()]),
            4 => Condition::And(vec![self.single(), Condition::Not(Box::new(self.single()))]),
            5..=6 => Condition::Or(vec![self.single(), self.single(), self.single()]),
            7..=8 => Condition::Not(Box::new(self.single())),
            9 => {
                let inner = Condition::Or(vec![self.single(), self.single()]);
                Condition::And(vec![self.single(), Condition::Not(Box::new(inner))])
            }
            _ => self.single(),
        }
    }

    fn single(&mut self) -> Condition {
        let found = self.found(|_| true);
        match self.random.below(16) {
            0..=1 => Condition::Anywhere(self.word(&found)),
            2 => Condition::Anywhere(self.phrase(&found)),
            3 => Condition::Anywhere(self.pattern(&found)),
            4..=5 => self.of(&found, Self::word),
            6 => self.of(&found, Self::phrase),
            7..=8 => self.of(&found, Self::whole),
            9..=10 => self.of(&found, Self::pattern),
            11 => self.of(&found, Self::regex),
            12..=13 => {
                let number = self.found(|found| found.number.is_some());
                self.of(&number, Self::range)
            }
            14 => self.of(&found, |draw, found| match draw.random.below(3) {
                0 => Test::Exists,
                1 => Test::Compare("!=", found.text.clone()),
                _ => draw.network(),
            }),
            _ => {
                let (left, right) = (self.seen().time.clone(), self.seen().time.clone());
                if left <= right { Condition::Time(left, right) } else { Condition::Time(right, left) }
            }
        }
    }

    fn seen(&mut self) -> &Seen {
        let sample = self.sample;
        self.random.pick(sample)
    }

    /// A value of the sample; of a few tries the last when none passes.
    fn found(&mut self, passes: impl Fn(&Found) -> bool) -> Found {
        let mut found = None;
        for _ in 0..200 {
            let sample = self.sample;
            let seen = self.random.pick(sample);
            let value = self.random.pick(&seen.values);
            let fits = passes(value);
            found = Some(value.clone());
            if fits {
                break;
            }
        }
        found.expect("a line has values")
    }

    /// A test on the field of a value.
    fn of(&mut self, found: &Found, test: impl FnOnce(&mut Self, &Found) -> Test) -> Condition {
        let canonical = self.names.name(found.field);
        let name = match (canonical, self.random.below(4)) {
            ("level", 0) => "log.level",
            ("source_ip", 0) => "client.ip",
            ("message", 0) => "msg",
            _ => canonical,
        };
        let field = Field {
            name: name.to_owned(),
            number: found.field,
            is_message: canonical == "message",
            is_level: canonical == "level",
        };
        let is_network = canonical == "source_ip" && self.random.below(3) == 0;
        let test = if is_network { network(&found.text, self.random.below(3)) } else { test(self, found) };
        Condition::Field(field, test)
    }

    /// The same in another case, now and then.
    fn cased(&mut self, text: &str) -> String {
        match self.random.below(4) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text.to_owned(),
        }
    }

    /// Some characters in a row, counted from a random one that is `first`.
    fn part(&mut self, text: &str, lengths: [u64; 2], takes: fn(char) -> bool) -> Option<String> {
        let letters: Vec<char> = text.chars().collect();
        let starts: Vec<usize> = (0..letters.len()).filter(|at| takes(letters[*at])).collect();
        if starts.is_empty() {
            return None;
        }
        let start = *self.random.pick(&starts);
        let length =
            usize::try_from(lengths[0] + self.random.below(lengths[1] - lengths[0] + 1)).expect("short");
        Some(letters[start..].iter().take(length).take_while(|letter| takes(**letter)).collect())
    }

    fn word(&mut self, found: &Found) -> Test {
        let words: Vec<&str> =
            found.text.split(|letter| !is_word_char(letter)).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Test::Exact(found.text.clone());
        }
        let word = *self.random.pick(&words);
        // A part of a word is none.
        let word = if self.random.below(6) == 0 {
            &word[..word.floor_char_boundary(word.len() / 2 + 1)]
        } else {
            word
        };
        Test::Text(self.cased(word))
    }

    fn phrase(&mut self, found: &Found) -> Test {
        let pieces: Vec<&str> = found.text.split_inclusive(' ').collect();
        let start = usize::try_from(self.random.below(pieces.len() as u64)).expect("an index fits");
        let end = (start + 2 + usize::try_from(self.random.below(2)).expect("short")).min(pieces.len());
        let phrase = pieces[start..end].concat();
        let phrase = phrase.trim_end();
        if phrase.is_empty() { Test::Exact(found.text.clone()) } else { Test::Text(self.cased(phrase)) }
    }

    fn whole(&mut self, found: &Found) -> Test {
        let text = self.cased(&found.text);
        if self.random.below(2) == 0 && !text.is_empty() { Test::Text(text) } else { Test::Exact(text) }
    }

    /// `*part*`, `begin*`, `*end`, `be*end`, `b?g*`.
    fn pattern(&mut self, found: &Found) -> Test {
        let Some(part) = self.part(&found.text, [3, 7], is_plain) else { return Test::Exists };
        let letters: Vec<char> = part.chars().collect();
        let (first, last) = (letters[0], letters[letters.len() - 1]);
        let middle: String = letters[letters.len() / 2..].iter().collect();
        let pattern = match self.random.below(7) {
            0..=2 => format!("*{part}*"),
            3 => format!("{part}*"),
            4 => format!("*{part}"),
            5 if is_word_char(first) && is_word_char(last) => format!("{first}*{middle}"),
            _ => format!("*{first}?{}*", letters.iter().skip(2).collect::<String>()),
        };
        Test::pattern(&self.cased(&pattern))
    }

    fn regex(&mut self, found: &Found) -> Test {
        let part = self.part(&found.text, [3, 8], is_word_char).unwrap_or_else(|| "x".to_owned());
        let other = self.found(|_| true);
        let other = self.part(&other.text, [3, 6], is_word_char).unwrap_or_else(|| "y".to_owned());
        let pattern = match self.random.below(7) {
            0 => part,
            1 => format!("{part}|{other}"),
            2 => format!("^{part}"),
            3 => format!("{part}$"),
            4 => format!("[0-9]{{{}}}", 2 + self.random.below(6)),
            5 => format!("({part}|{other}) [a-z]+"),
            _ => format!("{}.*{part}", part.chars().next().unwrap_or('a')),
        };
        Test::regex(&pattern, self.random.below(2) == 0)
    }

    fn range(&mut self, found: &Found) -> Test {
        let field = found.field;
        let other = self.found(|other| other.field == field && other.number.is_some());
        let (Some(left), Some(right)) = (found.number, other.number) else { return Test::Exists };
        let (low, high) = if left <= right { (found, &other) } else { (&other, found) };
        let mut end = |found: &Found| -> End {
            (self.random.below(5) > 0).then(|| (found.text.clone(), self.random.below(2) == 0))
        };
        match (end(low), end(high)) {
            (None, None) => {
                Test::Compare(self.random.pick::<&str>(&["<", "<=", ">", ">="]), found.text.clone())
            }
            (low, high) => Test::Range(low, high),
        }
    }

    fn network(&mut self) -> Test {
        let address = self.found(|found| found.text.parse::<std::net::IpAddr>().is_ok());
        network(&address.text, self.random.below(3))
    }
}

/// A network that an address is in.
fn network(address: &str, size: u64) -> Test {
    let lengths = if address.contains(':') { ["/32", "/64", "/120"] } else { ["/8", "/24", ""] };
    let length = lengths[usize::try_from(size).expect("small")];
    Test::Text(format!("{address}{length}"))
}
