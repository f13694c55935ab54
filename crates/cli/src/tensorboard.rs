//! What happened in each epoch as TensorBoard reads it: a file of events.
//!
//! A record is the length of an event, its bytes, and a checksum after each of the two.

use crc32c::crc32c;
use densely::models::Epoch;
use prost::Message;

use crate::output;

#[derive(Clone, PartialEq, Message)]
struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Scalar>,
}

#[derive(Clone, PartialEq, Message)]
struct Scalar {
    #[prost(string, tag = "1")]
    tag: String,
    /// Also if it is 0.
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
}

/// What such a file begins with.
const VERSION: &str = "brain.Event:2";

/// The file of these epochs, each with the time at which it ended, in seconds since 1970.
pub(crate) fn events<'a>(epochs: impl Iterator<Item = (&'a Epoch, f64)>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut version = Some(Event { file_version: Some(VERSION.to_owned()), ..Event::default() });
    for (epoch, wall_time) in epochs {
        if let Some(version) = version.take() {
            write(&mut bytes, &Event { wall_time, ..version });
        }
        let summary = Some(Summary { value: scalars(epoch) });
        write(
            &mut bytes,
            &Event { wall_time, step: epoch.epoch as i64, file_version: None, summary },
        );
    }
    bytes
}

/// Whether a file is one of ours, or one like it.
pub(crate) fn is_events(beginning: &[u8]) -> bool {
    let needle = VERSION.as_bytes();
    beginning.windows(needle.len()).take(64).any(|window| window == needle)
}

/// The numbers of an epoch, under the names by which TensorBoard groups them.
fn scalars(epoch: &Epoch) -> Vec<Scalar> {
    let mut named = vec![
        ("loss/training".to_owned(), epoch.train_loss),
        ("learning rate".to_owned(), epoch.learning_rate),
    ];
    for (name, value) in epoch.validation.iter().flat_map(output::metrics) {
        named.push((format!("{name}/validation"), value));
    }
    let counts = [("units/dead", epoch.dead_units), ("units/saturated", epoch.saturated_units)];
    named.extend(
        counts.into_iter().filter_map(|(name, count)| Some((name.to_owned(), count? as f64))),
    );
    let scalar = |(tag, value): (String, f64)| Scalar { tag, simple_value: Some(value as f32) };
    named.into_iter().map(scalar).collect()
}

fn write(bytes: &mut Vec<u8>, event: &Event) {
    let event = event.encode_to_vec();
    let length = (event.len() as u64).to_le_bytes();
    bytes.extend(length);
    bytes.extend(masked(&length).to_le_bytes());
    bytes.extend(&event);
    bytes.extend(masked(&event).to_le_bytes());
}

/// A checksum that is stored beside what it is of: turned, so that a checksum of it is another.
fn masked(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 32 bytes of 0, as RFC 3720 has it, and masked by hand.
    #[test]
    fn a_checksum_is_turned_and_moved() {
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        // Turned it is 6d551522.
        assert_eq!(masked(&[0; 32]), 0x0fd7_fffa);
    }

    #[test]
    fn records_are_read_as_they_were_written() {
        let summary =
            Summary { value: vec![Scalar { tag: "loss".to_owned(), simple_value: Some(0.0) }] };
        let event = Event { wall_time: 1.5, step: 3, file_version: None, summary: Some(summary) };
        let mut bytes = Vec::new();
        write(&mut bytes, &event);
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        assert_eq!(bytes.len(), 8 + 4 + length + 4);
        assert_eq!(Event::decode(&bytes[12..12 + length]).unwrap(), event);
        // A 0 is there, too.
        assert!(bytes[12..12 + length].ends_with(&[0x15, 0, 0, 0, 0]));
        assert!(!is_events(&bytes));
        assert!(is_events(&[&[0; 20][..], VERSION.as_bytes()].concat()));
    }
}
