//! Builds the web page with Node into `OUT_DIR/web`, from where the crate embeds it.
//!
//! `PALISADE_UI=skip` builds without Node; the page then says how to get the real one.

use std::path::{Path, PathBuf};
use std::process::{Command, exit};
use std::{env, fs, io};

/// What the page is made of. `node_modules` and `dist` are results, and the checks' settings change nothing in it.
const SOURCES: [&str; 6] = [
    "web/src",
    "web/public",
    "web/index.html",
    "web/package.json",
    "web/package-lock.json",
    "web/vite.config.ts",
];

/// Stands in for the page when it was not built.
const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Palisade</title>\
<h1>Palisade runs, but was built without its page</h1>\
<p>The build was told PALISADE_UI=skip. Install Node 20 or newer, unset PALISADE_UI and build again. \
Searching works meanwhile with <code>palisade search</code> and POST /api/v1/search.</p></html>";

#[expect(clippy::print_stderr, reason = "it is how a build script tells what is wrong")]
fn main() {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rerun-if-env-changed=PALISADE_UI");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("web");
    if let Err(problem) = build(&out) {
        eprintln!("{problem}");
        exit(1);
    }
}

fn build(out: &Path) -> Result<(), String> {
    if env::var_os("PALISADE_UI").is_some_and(|value| value == "skip") {
        return write_placeholder(out).map_err(|error| format!("cannot write {}: {error}", out.display()));
    }
    let web = Path::new("web");
    if needs_install(web) {
        npm(web, &["ci", "--no-audit", "--no-fund"])?;
        // npm leaves the time of this file alone when nothing changed, and then every build would install again.
        fs::copy(web.join("package-lock.json"), installed_lock(web))
            .map_err(|error| format!("cannot note what was installed in web/node_modules: {error}"))?;
    }
    let out = out
        .to_str()
        .ok_or("the target directory's path is not UTF-8; set CARGO_TARGET_DIR to one that is")?;
    npm(web, &["run", "build", "--", "--outDir", out, "--emptyOutDir"])
}

fn installed_lock(web: &Path) -> PathBuf {
    web.join("node_modules/.palisade-lock.json")
}

fn needs_install(web: &Path) -> bool {
    let installed = fs::read(installed_lock(web));
    let wanted = fs::read(web.join("package-lock.json"));
    !matches!((installed, wanted), (Ok(installed), Ok(wanted)) if installed == wanted)
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("npm").args(arguments).current_dir(web).output().map_err(|error| {
        format!(
            "cannot build the web page: npm did not start ({error}).\n\
             The page is TypeScript and is built with Node while palisade-ui compiles.\n\
             Install Node 20 or newer with npm, or set PALISADE_UI=skip to build without the page."
        )
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "cannot build the web page: `npm {}` in ui/web ended with {}.\n{}{}\n\
         Node 20.19 or newer and access to an npm registry (or a filled ui/web/node_modules) are needed; \
         PALISADE_UI=skip builds without the page.",
        arguments.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    ))
}

fn write_placeholder(out: &Path) -> io::Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    fs::write(out.join("index.html"), PLACEHOLDER)
}
