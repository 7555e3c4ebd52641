//! When the program is asked to stop.
//!
//! The first signal asks: nothing new is accepted, what is under way is finished. The second one does not ask any more.

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a shell reports for a program that was interrupted.
const EXIT_INTERRUPTED: i32 = 130;

/// Whether closing the terminal stops the program too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Terminal {
    /// The program lives and dies with its terminal: a demonstration that must not stay behind.
    Bound,
    /// SIGHUP is left as the shell set it, so that `nohup` works.
    Free,
}

/// Watches for signals; the token is cancelled by the first one. Must be called inside the runtime.
pub(crate) fn watch(terminal: Terminal) -> anyhow::Result<CancellationToken> {
    let listen = |kind| signal(kind).context("cannot listen for signals");
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let mut hangup = match terminal {
        Terminal::Bound => Some(listen(SignalKind::hangup())?),
        Terminal::Free => None,
    };
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        next(&mut terminate, &mut interrupt, hangup.as_mut()).await;
        tracing::info!("stopping; a second signal stops at once");
        asked.cancel();
        next(&mut terminate, &mut interrupt, hangup.as_mut()).await;
        std::process::exit(EXIT_INTERRUPTED);
    });
    Ok(stop)
}

async fn next(terminate: &mut Signal, interrupt: &mut Signal, hangup: Option<&mut Signal>) {
    let hung_up = async {
        match hangup {
            Some(hangup) => _ = hangup.recv().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = hung_up => {}
    }
}
