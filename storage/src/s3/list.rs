//! Names, page by page.

use super::problem::Problem;
use super::remote::Remote;
use crate::name;
use crate::requests::Operation;

/// A page has 1,000 names. More than ten million are no list that anybody should have in memory: ask for a longer prefix.
const PAGES_MAX: u32 = 10_000;

impl Remote {
    /// All names that begin so, sorted. Keys that are no names, such as a folder's own, are left out.
    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<String>, Problem> {
        let place = self.address.locate(prefix);
        let begins = format!("{}{prefix}", self.address.prefix);
        let mut names = Vec::new();
        let mut next = None;
        for _ in 0..PAGES_MAX {
            self.count(Operation::List);
            let request = self.client.list_objects_v2().bucket(self.bucket()).prefix(&begins);
            let answer = request.set_continuation_token(next).send().await;
            let answer = answer.map_err(|error| Problem::new(&place, "list", &error))?;
            let keys = answer.contents().iter().filter_map(|object| object.key());
            let here = keys.filter_map(|key| key.strip_prefix(self.address.prefix.as_str()));
            names.extend(here.filter(|name| name::is_name(name)).map(str::to_owned));
            next = match answer.next_continuation_token() {
                Some(token) if answer.is_truncated() == Some(true) => Some(token.to_owned()),
                _ => {
                    // Nearly all stores sort by bytes; directory buckets do not.
                    names.sort_unstable();
                    return Ok(names);
                }
            };
        }
        Err(Problem::answer(&place, "list", format!("there are more than {PAGES_MAX} pages of names")))
    }
}
