//! What to try first.

use std::fmt::Write as _;

use super::Folder;
use super::script::Highlights;
use crate::server::{ADMIN_TOKEN_FILE, Server};

/// Which containers' records of a namespace belong to which stream.
pub(super) const POD_STREAMS: [(&str, &str, &str); 5] = [
    ("bank", "*", "bank"),
    ("video", "*", "video"),
    ("hospital", "admission", "care"),
    ("hospital", "*", "audit"),
    ("web", "*", "web"),
];

/// The text that is shown when everything runs: queries whose answers are known to be there.
pub(crate) fn guide(server: &Server, folder: &Folder, known: &Highlights) -> String {
    let (url, link) = (server.url(), server.sign_in_link());
    // `cargo run` does not put the program where a shell finds it by its name.
    let program = std::env::args().next().unwrap_or_else(|| "palisade".to_owned());
    let end = if folder.is_temporary() { "ends it and removes everything it wrote" } else { "ends it" };
    let Highlights { transfer, session, attacker, patient, insider } = known;
    let queries = [
        (format!("correlation_id:{transfer}"), "a transfer that failed, through every service of the bank"),
        (
            format!("action:login source_ip:{attacker}"),
            "somebody who tries passwords: more than ten failures within a minute",
        ),
        (
            "action:buffering duration_ms>2000 region:ap*".to_owned(),
            "viewers who wait; the field region tells where most of them are",
        ),
        (
            "(\"connection reset\" or exception) not stream:video".to_owned(),
            "what breaks, in JSON and in plain text",
        ),
        ("stream:audit after_hours:true".to_owned(), "who opened patients' records after their shift"),
    ];
    let mut text = format!("\n  Open  {link}\n\n  Try in the search bar:\n");
    for (query, meaning) in &queries {
        // Writing to a String cannot fail.
        _ = write!(text, "    {query}\n        {meaning}\n");
    }
    _ = write!(
        text,
        "\n  Or in another terminal:\n    \
         export PALISADE_URL={url} PALISADE_TOKEN=$(cat '{}')\n    \
         {program} search correlation_id:{session} --order oldest\n    \
         {program} access --person {patient}       who opened this patient's data, and what explains it\n    \
         {program} access --user {insider} --unexplained\n    \
         {program} review unexplained --from now-1h\n    \
         {program} tail 'level:error'\n    \
         {program} stats\n\n  Ctrl-C {end}.\n",
        server.data_dir().join(ADMIN_TOKEN_FILE).display()
    );
    text
}
