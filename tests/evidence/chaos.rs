//! Operations in a drawn order on a real server and a real bucket, while both are killed, caches are removed and the catalog
//! is lost; at the end nothing is missing, nothing is there twice, and nobody can take it away.
//!
//! The normal run draws some hundred operations, `PALISADE_SOAK=1` a thousand. `PALISADE_SEED` draws the ones of an
//! earlier run again.

mod attack; // what somebody with keys of the bucket tries
mod end; // what has to be true when all is settled
mod ledger; // what was sent
mod operation; // what can happen
mod stage; // the server and its storages

use std::time::Instant;

use crate::soak::sample_or_all;
use crate::world::Random;
use operation::{Done, Operation};
use stage::Stage;

/// Operations of a normal run and of a soak.
const OPERATIONS: (usize, usize) = (240, 1_000);

const SEED: u64 = 2_026;

fn seed() -> u64 {
    std::env::var("PALISADE_SEED").map_or(SEED, |text| text.parse().expect("PALISADE_SEED is a number"))
}

#[test]
fn evidence_survives_whatever_happens_in_whatever_order() {
    let Err(panic) = std::panic::catch_unwind(go_through) else { return };
    // Said again behind the long log of the server, where it is found.
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    println!("PALISADE_SEED={}: {}", seed(), text.unwrap_or("a panic without words"));
    std::panic::resume_unwind(panic);
}

fn go_through() {
    let (start, seed, operations) = (Instant::now(), seed(), sample_or_all(OPERATIONS.0, OPERATIONS.1));
    println!("PALISADE_SEED={seed}");
    let (mut random, mut done) = (Random::new(seed), Done::default());
    let mut stage = Stage::new();
    for number in 0..operations {
        let operation = Operation::draw(&mut random);
        println!("{:>7.2} s {number:>4} {operation:?}", start.elapsed().as_secs_f64());
        operation.apply(&mut stage, &mut random, &mut done);
    }
    let drawn = start.elapsed();
    stage.bring_back_store();
    end::settle(&stage);
    end::compare(&stage);
    end::find_each(&stage);
    // To ask leaves records of it, which are evidence too.
    let tiers = end::settle(&stage);
    end::wait_for_log(&stage);
    stage.server.terminate();
    end::verify(&stage);
    let locked = attack::try_all(&stage);
    stage.server.start();
    end::compare(&stage);
    stage.server.terminate();
    println!(
        "seed {seed} operations {operations} kills {} of the store {} stops {} lost catalogs {} lost indexes {} records {} cut off {} \
         splits hot {} warm {} cold only {} locked versions {locked} drawn in {:.0} s, all in {:.0} s",
        done.kills,
        done.store_kills,
        done.stops,
        done.catalogs,
        done.indexes,
        stage.ledger.acknowledged(),
        stage.ledger.cut(),
        tiers.hot,
        tiers.warm,
        tiers.cold_only,
        drawn.as_secs_f64(),
        start.elapsed().as_secs_f64(),
    );
    assert!(tiers.hot > 0 && tiers.warm > 0 && tiers.cold_only > 0, "{tiers:?}");
    assert!(done.kills > 0 && done.store_kills > 0 && done.catalogs > 0 && done.indexes > 0, "{done:?}");
}
