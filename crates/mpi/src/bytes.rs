use mpi::Tag;
use mpi::request::scope;
use mpi::traits::{Destination, MatchedReceiveVec, Source};

use crate::ranks::Ranks;

/// The length of a rank's bytes, before them.
const LENGTH: usize = size_of::<u64>();

/// The bytes of all ranks, in their order: at each level two groups of ranks tell each other all that they know, so that
/// everybody knows all after log₂ R messages.
pub(crate) fn gather(ranks: &Ranks, tag: Tag, bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut known = Vec::with_capacity(ranks.ranks * (LENGTH + bytes.len()));
    known.extend((bytes.len() as u64).to_le_bytes());
    known.extend(bytes);
    for bit in (0..ranks.ranks.trailing_zeros()).map(|bit| 1 << bit) {
        let rank = ranks.rank ^ bit;
        let other = ranks.process(rank);
        let theirs = scope(|scope| {
            let mut sent = Some(other.immediate_send_with_tag(scope, &known[..], tag));
            let message = ranks.until(rank, || other.immediate_matched_probe_with_tag(tag));
            let (theirs, _) = message.matched_receive_vec::<u8>();
            ranks.until(rank, || {
                sent = sent.take().and_then(|request| request.test().err());
                sent.is_none().then_some(())
            });
            theirs
        });
        if ranks.rank & bit == 0 {
            known.extend(theirs);
        } else {
            known.splice(..0, theirs);
        }
    }
    taken_apart(&known)
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
