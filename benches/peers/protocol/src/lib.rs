//! What every Rust worker does: read a row, prepare it, run steps, answer in JSON.
//!
//! The same as `workers/protocol.py`, which says what the requests and answers are.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

/// The work: the fields of `rows.py` that a worker needs, and the arrays.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct Row {
    pub kind: String,
    pub layers: Vec<usize>,
    pub batch: usize,
    pub activation: String,
    pub loss: String,
    pub dtype: String,
    pub threads: usize,
    pub lr: f64,
    pub weight_decay: f64,
    pub check_steps: usize,
    pub components: usize,
    pub accuracy: f64,
    #[serde(skip)]
    arrays: HashMap<String, Array>,
}

impl Default for Row {
    fn default() -> Self {
        Self {
            kind: String::new(),
            layers: Vec::new(),
            batch: 0,
            activation: String::new(),
            loss: String::new(),
            dtype: String::new(),
            threads: 1,
            lr: 0.0,
            weight_decay: 0.0,
            check_steps: 1,
            components: 0,
            accuracy: 1.0,
            arrays: HashMap::new(),
        }
    }
}

/// Numbers and their shape; the last dimension varies fastest.
#[derive(Debug)]
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
    pub integers: Vec<u32>,
}

#[derive(Deserialize)]
struct Index {
    name: String,
    r#type: String,
    shape: Vec<usize>,
}

impl Row {
    fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut row: Self = serde_json::from_slice(&fs::read(folder.join("row.json"))?)?;
        let index: Vec<Index> = serde_json::from_slice(&fs::read(folder.join("arrays.json"))?)?;
        let bytes = fs::read(folder.join("arrays.bin"))?;
        let mut words = bytes.as_chunks::<4>().0.iter();
        for Index { name, r#type, shape } in index {
            let words = words.by_ref().take(shape.iter().product());
            let (mut values, mut integers) = (Vec::new(), Vec::new());
            if r#type == "f32" {
                values = words.map(|word| f32::from_le_bytes(*word)).collect();
            } else {
                integers = words.map(|word| u32::from_le_bytes(*word)).collect();
            }
            row.arrays.insert(name, Array { shape, values, integers });
        }
        Ok(row)
    }

    /// The array of this name; an example is a row.
    pub fn array(&self, name: &str) -> &Array {
        &self.arrays[name]
    }

    /// The initial weights (outputs x inputs) and biases of each layer.
    pub fn parameters(&self) -> impl Iterator<Item = (&Array, &Array)> {
        (0..self.layers.len() - 1)
            .map(|i| (self.array(&format!("w{i}")), self.array(&format!("b{i}"))))
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// The library has no such thing.
    Unsupported(String),
    /// Something went wrong.
    Failed(String),
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A row, prepared.
pub trait Task {
    /// Numbers that must agree among workers.
    fn check(&mut self) -> Result<Vec<f64>, Failure>;
    /// Makes steps, and returns the last loss if there is one.
    fn run(&mut self, steps: usize) -> Result<Option<f64>, Failure>;
    /// A text for the table.
    fn note(&self) -> String {
        String::new()
    }
}

/// The softmax of the first and the last of some scores, each of so many classes.
pub fn probabilities(scores: &[f64], classes: usize) -> Vec<f64> {
    let softmax = |scores: &[f64]| {
        let top = scores.iter().copied().fold(f64::MIN, f64::max);
        let exp: Vec<f64> = scores.iter().map(|score| (score - top).exp()).collect();
        let sum: f64 = exp.iter().sum();
        exp.into_iter().map(move |exp| exp / sum).collect::<Vec<_>>()
    };
    [softmax(&scores[..classes]), softmax(&scores[scores.len() - classes..])].concat()
}

/// Answers requests until stdin ends.
pub fn serve(version: &str, prepare: impl Fn(Row) -> Result<Box<dyn Task>, Failure>) {
    answer(&json!({ "version": version }));
    let mut task: Option<Box<dyn Task>> = None;
    for line in stdin().lock().lines().map_while(Result::ok) {
        let request: Value = serde_json::from_str(&line).expect("a line of JSON");
        let reply = if let Some(folder) = request["prepare"].as_str() {
            task = None;
            ready(&PathBuf::from(folder), &prepare).map(|(prepared, reply)| {
                task = Some(prepared);
                reply
            })
        } else if let (Some(steps), Some(task)) = (request["run"].as_u64(), &mut task) {
            let start = Instant::now();
            task.run(steps as usize).map(|loss| {
                let seconds = start.elapsed().as_secs_f64();
                json!({ "seconds": seconds, "steps": steps, "loss": loss, "note": task.note() })
            })
        } else {
            task = None;
            Ok(json!({ "released": true }))
        };
        answer(&reply.unwrap_or_else(|failure| match failure {
            Failure::Unsupported(reason) => json!({ "unsupported": reason }),
            Failure::Failed(error) => json!({ "error": error }),
        }));
    }
}

fn ready(
    folder: &Path,
    prepare: impl Fn(Row) -> Result<Box<dyn Task>, Failure>,
) -> Result<(Box<dyn Task>, Value), Failure> {
    let row = Row::read(folder).map_err(|error| Failure::Failed(error.to_string()))?;
    let start = Instant::now();
    let mut task = prepare(row)?;
    let check = task.check()?;
    let seconds = start.elapsed().as_secs_f64();
    let (note, approximate) = (task.note(), false);
    let reply = json!({
        "ready": true, "seconds": seconds, "check": check, "note": note, "approximate": approximate,
    });
    Ok((task, reply))
}

fn answer(reply: &Value) {
    let mut stdout = stdout().lock();
    writeln!(stdout, "{reply}").and_then(|()| stdout.flush()).expect("the driver listens");
}
