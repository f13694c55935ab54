use mpi::Tag;
use mpi::request::scope;
use mpi::traits::{Destination, Equivalence, Source};

use crate::ranks::Ranks;

/// The length of a rank's bytes, before them.
const LENGTH: usize = size_of::<u64>();
/// So many bytes are in a message at most, which MPI counts in 31 bits; a shorter one is the last.
const LONG: usize = 1 << 30;

/// The bytes of all ranks, in their order: at each level two groups of ranks tell each other all that they know, so that
/// everybody knows all after log₂ R messages.
pub(crate) fn gather(ranks: &Ranks, tag: Tag, bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut known = Vec::with_capacity(ranks.ranks * (LENGTH + bytes.len()));
    known.extend((bytes.len() as u64).to_le_bytes());
    known.extend(bytes);
    for bit in (0..ranks.ranks.trailing_zeros()).map(|bit| 1 << bit) {
        let theirs = traded(ranks, ranks.rank ^ bit, tag, &known);
        if ranks.rank & bit == 0 {
            known.extend(theirs);
        } else {
            known.splice(..0, theirs);
        }
    }
    taken_apart(&known)
}

/// What the other rank sends, while it is sent this.
fn traded(ranks: &Ranks, other: usize, tag: Tag, known: &[u8]) -> Vec<u8> {
    let process = ranks.process(other);
    let (mut rest, mut theirs, mut open) = (Some(known), Vec::new(), true);
    while rest.is_some() || open {
        scope(|scope| {
            let mut sent = rest.map(|known| {
                let (now, later) = known.split_at(known.len().min(LONG));
                rest = (now.len() == LONG).then_some(later);
                process.immediate_send_with_tag(scope, now, tag)
            });
            let end = theirs.len();
            let mut received = open.then(|| {
                let probe = || process.immediate_matched_probe_with_tag(tag);
                let (message, status) = ranks.until(other, probe);
                theirs.resize(end + status.count(u8::equivalent_datatype()) as usize, 0);
                open = theirs.len() - end == LONG;
                message.immediate_matched_receive_into(scope, &mut theirs[end..])
            });
            // It may be long: others have to be heard of meanwhile.
            ranks.until(other, || {
                sent = sent.take().and_then(|request| request.test().err());
                received = received.take().and_then(|request| request.test().err());
                (sent.is_none() && received.is_none()).then_some(())
            });
        });
    }
    theirs
}

fn taken_apart(mut known: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    while let Some((length, rest)) = known.split_first_chunk::<LENGTH>() {
        let (bytes, rest) = rest.split_at(u64::from_le_bytes(*length) as usize);
        all.push(bytes.to_vec());
        known = rest;
    }
    all
}
