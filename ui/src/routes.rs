//! Serves the page. Its files carry no data, so anyone may load them; what they ask for is checked elsewhere.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use palisade_access::{ApiError, Permission, Routes};

use crate::asset;

/// Only the page's own files, no inline scripts or styles, no frames: what a log line contains can never run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_EACH_TIME: &str = "no-cache";

/// The page at `/`, its logo, and its files below `/assets/`.
pub fn routes() -> Routes {
    Routes::new().get("/", Permission::Public, serve).get("/logo.svg", Permission::Public, serve).get(
        "/assets/{*path}",
        Permission::Public,
        serve,
    )
}

async fn serve(request: Request) -> Response {
    answer(request.uri().path(), request.headers())
}

fn answer(path: &str, headers: &HeaderMap) -> Response {
    let Some(asset) = asset(path) else {
        return ApiError::not_found(format!("the page has no file {path}"), "reload the page")
            .into_response();
    };
    let cache = if asset.immutable { FOREVER } else { ASK_EACH_TIME };
    let common = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, cache),
    ];
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == asset.etag.as_bytes());
    let etag = [(header::ETAG, asset.etag)];
    if known {
        return (StatusCode::NOT_MODIFIED, common, etag).into_response();
    }
    (common, etag, [(header::CONTENT_TYPE, asset.content_type)], asset.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_of(response: &Response, name: header::HeaderName) -> &str {
        response.headers()[name].to_str().unwrap()
    }

    #[test]
    fn the_page_is_served_with_a_policy_that_lets_nothing_foreign_run() {
        let response = answer("/", &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header_of(&response, header::CONTENT_TYPE), "text/html; charset=utf-8");
        assert!(header_of(&response, header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
        assert_eq!(header_of(&response, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(header_of(&response, header::REFERRER_POLICY), "no-referrer");
        assert_eq!(header_of(&response, header::CACHE_CONTROL), "no-cache");
    }

    #[test]
    fn a_page_the_browser_already_has_is_not_sent_again() {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, asset("/").unwrap().etag.parse().unwrap());
        assert_eq!(answer("/", &headers).status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn a_file_that_does_not_exist_is_an_error_that_names_it() {
        assert_eq!(answer("/assets/gone.js", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
        assert_eq!(answer("/assets/../index.html", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn the_page_contains_nothing_that_its_own_policy_forbids() {
        let page = asset("/").unwrap();
        let text = std::str::from_utf8(page.bytes).unwrap();
        assert!(!text.contains("style="), "an inline style: {text}");
        assert!(!text.contains("<style"), "an inline style sheet: {text}");
        for script in text.split("<script").skip(1) {
            assert!(script.contains("src=\"/assets/"), "an inline script: {script}");
        }
        assert!(!text.contains("http://") && !text.contains("https://"), "a foreign address: {text}");
    }

    #[test]
    fn files_with_a_hash_in_their_name_may_be_kept_for_ever() {
        let page = asset("/").unwrap();
        let text = std::str::from_utf8(page.bytes).unwrap().to_owned();
        for path in text.split('"').filter(|part| part.starts_with("/assets/")) {
            let found = asset(path).unwrap_or_else(|| panic!("the page names {path}, which is not embedded"));
            assert!(found.immutable);
        }
        assert!(!page.immutable);
    }
}
