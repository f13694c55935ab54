//! A client that sends whatever it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The message, row and column of a refusal.
    pub(crate) fn refusal(&self) -> (String, Option<u64>, Option<String>) {
        let error = &self.json()["error"];
        assert_eq!(error["status"], self.status);
        let column = error["column"].as_str().map(str::to_owned);
        (error["message"].as_str().unwrap().to_owned(), error["row"].as_u64(), column)
    }
}

pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        // Of a test that hangs: no answer is expected to take as long.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).unwrap();
    }

    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.0.get_mut().write_all(bytes.as_ref())
    }

    pub(crate) fn no_more(&mut self) {
        let _ = self.0.get_mut().shutdown(Shutdown::Write);
    }

    /// The next response; `None` if the connection has ended.
    pub(crate) fn receive(&mut self) -> Option<Response> {
        let line = self.line()?;
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            match self.line()? {
                line if line.is_empty() => break,
                line => {
                    let (key, value) = line.split_once(':').unwrap();
                    headers.push((key.to_ascii_lowercase(), value.trim().to_owned()));
                }
            }
        }
        let mut response = Response { status, headers, body: Vec::new() };
        if status != 100 {
            let length =
                response.header("content-length").map_or(0, |length| length.parse().unwrap());
            response.body.resize(length, 0);
            self.0.read_exact(&mut response.body).ok()?;
        }
        Some(response)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line).ok().filter(|&read| read > 0)?;
        Some(String::from_utf8(line).unwrap().trim_end().to_owned())
    }

    pub(crate) fn post(&mut self, body: &[u8], headers: &str) -> Response {
        self.send(post(body, headers));
        self.receive().unwrap()
    }
}

/// A request for predictions, with headers of whole lines.
pub(crate) fn post(body: &[u8], headers: &str) -> Vec<u8> {
    let head = format!(
        "POST /predict HTTP/1.1\r\nhost: test\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub(crate) fn ask(address: SocketAddr, method: &str, path: &str) -> Response {
    let mut connection = Connection::to(address);
    connection.send(format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n"));
    connection.receive().unwrap()
}

pub(crate) fn predict(address: SocketAddr, body: impl AsRef<[u8]>) -> Response {
    Connection::to(address)
        .post(body.as_ref(), "content-type: application/json\r\nconnection: close\r\n")
}

/// A measurement, by its name and labels.
pub(crate) fn metric(address: SocketAddr, name: &str) -> Option<f64> {
    let text = ask(address, "GET", "/metrics");
    let mut lines = text.text().lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}
