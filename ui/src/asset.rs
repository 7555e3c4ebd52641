//! The files of the page, embedded in the program.

use std::fmt::Write;

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

static FILES: Dir<'static> = include_dir!("$OUT_DIR/web");

/// How much of a file's hash names its version: 64 bits, far more than a page has versions.
const ETAG_HASH_BYTES: usize = 8;

/// One file of the page.
pub struct Asset {
    /// The content.
    pub bytes: &'static [u8],
    /// The media type.
    pub content_type: String,
    /// Names the content, in quotes as HTTP wants it.
    pub etag: String,
    /// Whether the name changes with the content, so that a browser never needs to ask again.
    pub immutable: bool,
}

/// The file at a path of the page, `/` being the page itself.
pub fn asset(path: &str) -> Option<Asset> {
    let name = match path.trim_start_matches('/') {
        "" => "index.html",
        name => name,
    };
    let bytes = FILES.get_file(name)?.contents();
    let mut etag = String::from("\"");
    for byte in Sha256::digest(bytes).iter().take(ETAG_HASH_BYTES) {
        write!(etag, "{byte:02x}").expect("writing to a String cannot fail");
    }
    etag.push('"');
    // Vite puts a hash of the content into the names below assets/.
    let immutable = name.starts_with("assets/");
    let media = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if media.type_() == "text" { "; charset=utf-8" } else { "" };
    Some(Asset { bytes, content_type: format!("{media}{charset}"), etag, immutable })
}
