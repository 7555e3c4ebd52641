//! `palisade doctor`: whether what Palisade relies on does what it promises.

use anyhow::bail;
use clap::{Args, Subcommand};
use palisade_record::SystemClock;
use palisade_storage::Probe;

use crate::output::{Output, Usage};

/// Try whether a storage keeps what it is given.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade doctor storage 's3://evidence/palisade?region=eu-central-1'
  palisade doctor storage s3://evidence --compliance    tries compliance mode too: its objects stay for ten minutes
  palisade doctor storage /mnt/archive --json

Exit codes: 0 evidence may be kept there, 1 it may not, 2 the address cannot be read.")]
pub(crate) struct Doctor {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Storage(Storage),
}

/// Try to break what a bucket or a directory must not let break: locks, versions, checksums.
#[derive(Args, Debug)]
struct Storage {
    /// The storage, as the configuration names it: s3://bucket/prefix?… or a directory.
    #[arg(value_name = "URL")]
    address: String,

    /// Try compliance mode too. Some small objects cannot be removed by anybody for ten minutes.
    #[arg(long)]
    compliance: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let What::Storage(Storage { address, compliance, json }) = self.what;
        let certificate = Probe { compliance }.examine(&address, &SystemClock);
        let certificate = certificate.map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidInput => anyhow::Error::from(Usage(error.to_string())),
            _ => anyhow::Error::from(error).context("cannot examine the storage"),
        })?;
        let mut output = Output::new();
        if json {
            let mut answer = serde_json::to_value(&certificate)?;
            answer["fit"] = certificate.is_fit().into();
            output.line(&answer.to_string())?;
        } else {
            certificate.to_string().lines().try_for_each(|line| output.line(line))?;
        }
        output.flush()?;
        if certificate.is_fit() { Ok(()) } else { bail!("{} is not fit for evidence", certificate.storage) }
    }
}
