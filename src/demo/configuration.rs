//! What an operator would write for this world.

use std::path::Path;

use anyhow::Context;
use palisade_detect::library::packs;
use palisade_lifecycle::Term;

use super::POD_STREAMS;
use crate::configuration::{Configuration, PodStream, read};

/// The text of the configuration. Everything in it is for the two streams of the hospital, which are tiered: a folder stands for a disk
/// that is slower, another for a bucket. A folder cannot lock anything.
fn text(folder: &Path, term: Term) -> String {
    let path = |name: &str| folder.join(name).display().to_string();
    let (seconds, twice) = (term.as_seconds(), 2 * term.as_seconds());
    format!(
        "[storage]\n\
         data_dir = {data:?}\n\
         warm = {warm:?}\n\
         cold = {cold:?}\n\
         lock = \"none\"\n\
         split_age = \"{age}s\"\n\
         [[classes]]\n\
         name = \"tiered\"\n\
         like = \"standard\"\n\
         hot = \"{seconds}s\"\n\
         warm = \"{twice}s\"\n\
         [[streams]]\n\
         name = \"audit\"\n\
         class = \"tiered\"\n\
         protected = [\"patient_id\"]\n\
         [[streams]]\n\
         name = \"care\"\n\
         class = \"tiered\"\n\
         protected = [\"patient_id\"]\n\
         [review]\n\
         stream = \"audit\"\n\
         facts = \"care\"\n",
        data = path("data"),
        warm = path("warm"),
        cold = path("cold"),
        age = (seconds / 4).max(1),
    )
}

/// The configuration of a world that writes into a folder, and whose records stay hot for a term, and warm for another.
pub(crate) fn configuration(folder: &Path, term: Term) -> anyhow::Result<Configuration> {
    let mut configuration =
        read("the demonstration", &text(folder, term)).context("the demonstration is not configured well")?;
    configuration.agent.pods = folder.join("pods");
    configuration.agent.name = Some("demo-node".to_owned());
    configuration.agent.cluster = "demo".to_owned();
    for (namespace, container, stream) in POD_STREAMS {
        configuration.agent.streams.push(PodStream {
            namespace: namespace.to_owned(),
            container: container.to_owned(),
            stream: stream.parse().map_err(anyhow::Error::msg)?,
        });
    }
    configuration.detect.packs = packs().into_iter().map(|pack| pack.name.to_owned()).collect();
    Ok(configuration)
}
