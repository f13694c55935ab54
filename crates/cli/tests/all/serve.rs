//! `densely serve`, as a program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::common::Folder;
use crate::signals::{command, send};

/// Passengers: numbers with gaps, categories of which one has a comma, and truth values.
fn passengers() -> String {
    let row = |i: usize| {
        let age =
            if i.is_multiple_of(7) { String::new() } else { format!("{}.25", 18 + i * 7 % 50) };
        let port = ["\"York, New\"", "Hull", "Ayr"][i % 3];
        let (alone, lived) = (["yes", "no"][i % 2], ["no", "yes"][usize::from(i * 7 % 50 > 25)]);
        format!("{age},{port},{alone},{}e-1,{lived}\n", i * 13 % 101)
    };
    "age,port,alone,fare,lived\n".to_owned() + &(0..150).map(row).collect::<String>()
}

/// The program, which serves on a port that is free.
struct Served {
    child: Child,
    said: BufReader<ChildStderr>,
    address: SocketAddr,
}

impl Served {
    fn new(folder: &Folder, arguments: &str) -> Self {
        Self::of(command(folder, &format!("serve {arguments} --listen 127.0.0.1:0")))
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let line = next_line(&mut said);
        let (_, address) = line.split_once("http://").unwrap_or_else(|| panic!("{line}"));
        let address = address.trim_end_matches('/').parse().unwrap();
        Self { child, said, address }
    }

    fn says(&mut self) -> String {
        next_line(&mut self.said)
    }

    /// Its exit status, and what it says before.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

/// A program that is left running by a test that fails.
impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn next_line(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// The status, the head and the body of an answer.
fn ask(address: SocketAddr, head: &str, body: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{head}\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    received(stream)
}

fn received(mut stream: TcpStream) -> (u16, String, String) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned())
}

const CSV: &str = "POST /predict HTTP/1.1\r\ncontent-type: text/csv\r\naccept: text/csv";
const JSON: &str = "POST /predict HTTP/1.1\r\ncontent-type: application/json";

/// The rows of a table as JSON.
fn rows(csv: &str) -> Value {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names = reader.headers().unwrap().clone();
    let row = |cells: csv::StringRecord| {
        let cell = |(name, cell): (&str, &str)| {
            let value = match cell {
                "" => Value::Null,
                "yes" | "no" if name == "alone" => json!(cell == "yes"),
                cell => cell.parse::<f64>().map_or(json!(cell), |number| json!(number)),
            };
            (name.to_owned(), value)
        };
        Value::Object(names.iter().zip(&cells).map(cell).collect::<Map<_, _>>())
    };
    reader.records().map(|cells| row(cells.unwrap())).collect()
}

#[test]
fn answers_are_what_predict_writes() {
    for dtype in ["f32", "f64"] {
        let folder = Folder::new();
        folder.write("data.csv", passengers());
        folder.ok(&format!("train data.csv --dtype {dtype} --epochs 3 --out run"));
        folder.ok("predict run data.csv --proba -o predictions.csv");
        let predictions = folder.read("predictions.csv");
        let served = Served::new(&folder, "run");
        let (status, _, body) = ask(served.address, CSV, &passengers());
        assert_eq!((status, body), (200, predictions.clone()));

        let (status, _, body) = ask(served.address, JSON, &rows(&passengers()).to_string());
        assert_eq!(status, 200, "{body}");
        let answers: Vec<Value> = serde_json::from_str(&body).unwrap();
        let mut reader = csv::Reader::from_reader(predictions.as_bytes());
        let classes: Vec<String> =
            reader.headers().unwrap().iter().skip(1).map(|name| name[2..].to_owned()).collect();
        let mut count = 0;
        for (line, answer) in reader.records().zip(&answers) {
            let line = line.unwrap();
            assert_eq!(answer["label"], line[0]);
            for (cell, class) in line.iter().skip(1).zip(&classes) {
                let share = answer["probabilities"][class].as_f64().unwrap();
                assert_eq!(cell.parse(), Ok(share), "{class}");
            }
            count += 1;
        }
        assert_eq!((count, answers.len()), (150, 150));
    }
}

fn hash(address: SocketAddr) -> String {
    let (_, _, body) = ask(address, "GET /health HTTP/1.1", "");
    serde_json::from_str::<Value>(&body).unwrap()["model"].as_str().unwrap().to_owned()
}

#[test]
fn sighup_reads_the_model_again() {
    let folder = Folder::new();
    folder.write("data.csv", passengers());
    folder.ok("train data.csv --epochs 1 --out run");
    let mut served = Served::new(&folder, "run");
    let first = hash(served.address);
    let trained = folder.json("train data.csv --epochs 1 --seed 1 --out run --force");
    assert_eq!(hash(served.address), first);
    send("HUP", &served.child);
    assert_eq!(served.says(), "run was read again");
    assert_eq!(hash(served.address), trained["weights_hash"].as_str().unwrap());

    // What is no model takes the place of none.
    folder.write("run/model.safetensors", "nonsense");
    send("HUP", &served.child);
    let said = served.says();
    assert!(said.starts_with("the model stays as it was: run/model.safetensors"), "{said}");
    let (status, _, body) = ask(served.address, JSON, &rows(&passengers()).to_string());
    assert_eq!(status, 200, "{body}");
    let (_, _, metrics) = ask(served.address, "GET /metrics HTTP/1.1", "");
    assert!(metrics.contains("densely_reloads_total{outcome=\"failed\"} 1"), "{metrics}");
    send("TERM", &served.child);
    assert_eq!(served.end().0, Some(0));
}

/// `nohup` has it ignored, so that a terminal that is closed ends nothing; here it asks for no end.
#[cfg(target_os = "linux")]
#[test]
fn sighup_reads_the_model_again_where_it_was_ignored() {
    let folder = Folder::new();
    folder.write("data.csv", passengers());
    folder.ok("train data.csv --epochs 1 --out run");
    let mut nohup = Command::new("env");
    nohup.args(["--ignore-signal=HUP", env!("CARGO_BIN_EXE_densely"), "serve", "run"]);
    nohup.args(["--listen", "127.0.0.1:0"]).current_dir(folder.path());
    let mut served = Served::of(nohup);
    send("HUP", &served.child);
    assert_eq!(served.says(), "run was read again");
    send("TERM", &served.child);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn what_is_in_work_is_answered_before_the_end() {
    let folder = Folder::new();
    folder.write("data.csv", passengers());
    folder.ok("train data.csv --epochs 1 --out run");
    for signal in ["INT", "TERM"] {
        let mut served = Served::new(&folder, "run");
        let body = rows(&passengers())[3].to_string();
        let mut stream = TcpStream::connect(served.address).unwrap();
        let head = format!(
            "{JSON}\r\nhost: test\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // From now on it is in work.
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        send(signal, &served.child);
        assert_eq!(served.says(), format!("SIG{signal}: answers what is in work, and ends"));
        stream.write_all(body.as_bytes()).unwrap();
        // And then the connection ends.
        let (status, _, body) = received(stream);
        assert_eq!(status, 200, "{body}");
        assert_eq!(served.end(), (Some(0), String::new()));
    }
}

#[test]
fn what_cannot_be_served_is_said() {
    let folder = Folder::new();
    folder.write("data.csv", passengers());
    folder.ok("train data.csv --epochs 1 --out run");
    assert!(folder.fails(1, "serve nothing").contains("nothing"));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let said = folder.fails(1, &format!("serve run --listen {address}"));
    assert!(
        said.contains(&format!("cannot listen on {address}")) && said.contains("--listen"),
        "{said}"
    );
    for wrong in ["--listen nonsense", "--max-body 0", "--max-requests x", "--max-seconds 0"] {
        let said = folder.fails(2, &format!("serve run {wrong}"));
        assert!(said.contains("expected"), "{said}");
    }
}

#[test]
fn it_is_said_when_others_reach_it() {
    let folder = Folder::new();
    folder.write("data.csv", passengers());
    folder.ok("train data.csv --epochs 1 --out run");
    let mut command = command(&folder, "serve run --listen 0.0.0.0:0");
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    next_line(&mut said);
    assert!(next_line(&mut said).contains("others reach it there"));
    send("TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
