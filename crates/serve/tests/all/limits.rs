use std::time::Duration;

use densely_serve::{ServeOptions, Server};

use crate::client::{Connection, ask, metric, post, predict};
use crate::models::{ROW, classifier, start};

const JSON: &str = "content-type: application/json\r\n";

/// Waits until so many requests are in work.
fn until_in_work(server: &Server, count: f64) {
    while metric(server.address(), "densely_in_work") != Some(count) {
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_body_that_is_too_large_is_refused_before_it_has_come() {
    let server = start(classifier(), &ServeOptions::new().body(100_000));
    let mut connection = Connection::to(server.address());
    connection.send("POST /predict HTTP/1.1\r\nhost: test\r\ncontent-length: 100001\r\n\r\n");
    let answer = connection.receive().unwrap();
    assert_eq!(answer.status, 413);
    assert!(answer.refusal().0.contains("at most 100000 bytes"), "{answer:?}");

    // One that says that it waits is told not to send.
    let mut connection = Connection::to(server.address());
    connection.send("POST /predict HTTP/1.1\r\nhost: test\r\nexpect: 100-continue\r\ncontent-length: 9999999999\r\n\r\n");
    assert_eq!(connection.receive().unwrap().status, 413);
}

#[test]
fn a_client_that_sends_too_much_sees_the_answer() {
    let server = start(classifier(), &ServeOptions::new().body(100_000));
    let body = vec![b' '; 3_000_000];
    let mut connection = Connection::to(server.address());
    assert_eq!(connection.post(&body, JSON).status, 413);

    // In pieces, whose number is not said.
    let mut connection = Connection::to(server.address());
    connection.send("POST /predict HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n");
    for piece in body.chunks(50_000) {
        connection.send(format!("{:x}\r\n", piece.len()));
        connection.send(piece);
        connection.send("\r\n");
    }
    connection.send("0\r\n\r\n");
    assert_eq!(connection.receive().unwrap().status, 413);
}

#[test]
fn a_body_in_pieces_is_a_body() {
    let server = start(classifier(), &ServeOptions::new());
    let mut connection = Connection::to(server.address());
    connection.send("POST /predict HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n");
    for byte in ROW.as_bytes() {
        connection.send([b'1', b'\r', b'\n', *byte, b'\r', b'\n']);
    }
    connection.send("0\r\n\r\n");
    let answer = connection.receive().unwrap();
    assert_eq!((answer.status, answer.body), (200, predict(server.address(), ROW).body));
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let server = start(classifier(), &ServeOptions::new().time(Duration::from_millis(200)));
    let mut connection = Connection::to(server.address());
    connection.send("POST /predict HTTP/1.1\r\nhost: test\r\ncontent-length: 50\r\n\r\n{\"age\"");
    let answer = connection.receive().unwrap();
    assert_eq!(answer.status, 408);
    answer.refusal();
    // Its connection ends with it: what comes next is no request.
    assert!(connection.receive().is_none());
}

#[test]
fn a_client_that_says_nothing_loses_its_connection() {
    let server = start(classifier(), &ServeOptions::new().time(Duration::from_millis(200)));
    for sent in ["", "POST /pre", "GET /health HTTP/1.1\r\nhost: t\r\n"] {
        let mut connection = Connection::to(server.address());
        connection.send(sent);
        assert!(connection.receive().is_none(), "{sent:?}");
    }
    // One that was answered, too.
    let mut connection = Connection::to(server.address());
    assert_eq!(connection.post(ROW.as_bytes(), JSON).status, 200);
    assert!(connection.receive().is_none());
}

#[test]
fn a_body_that_ends_early_is_no_body() {
    let server = start(classifier(), &ServeOptions::new());
    let mut connection = Connection::to(server.address());
    connection.send(&post(ROW.as_bytes(), JSON)[..100]);
    connection.no_more();
    assert!(connection.receive().is_none_or(|answer| answer.status == 400));
    let mut connection = Connection::to(server.address());
    connection.send(
        "POST /predict HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n",
    );
    assert!(connection.receive().is_none_or(|answer| answer.status == 400));
    until_in_work(&server, 0.0);
}

#[test]
fn more_than_may_be_in_work_are_refused_at_once() {
    let server = start(classifier(), &ServeOptions::new().concurrency(2));
    let request = post(ROW.as_bytes(), JSON);
    let (beginning, end) = request.split_at(request.len() - 1);
    let mut connections = [(); 2].map(|()| Connection::to(server.address()));
    connections.iter_mut().for_each(|connection| connection.send(beginning));
    until_in_work(&server, 2.0);
    let refused = predict(server.address(), ROW);
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    refused.refusal();
    // Who asks how it is, is told.
    assert_eq!(ask(server.address(), "GET", "/health").status, 200);
    for connection in &mut connections {
        connection.send(end);
        assert_eq!(connection.receive().unwrap().status, 200);
    }
    assert_eq!(predict(server.address(), ROW).status, 200);
}

/// More connections than there are places for wait for one.
#[test]
fn more_connections_than_there_may_be_wait() {
    let options = ServeOptions::new().concurrency(1).time(Duration::from_secs(2));
    let server = start(classifier(), &options);
    let idle: Vec<Connection> = (0..66).map(|_| Connection::to(server.address())).collect();
    // It is answered when the others have been idle for too long.
    assert_eq!(predict(server.address(), ROW).status, 200);
    drop(idle);
}

#[test]
fn many_at_once_are_all_answered() {
    let server = start(classifier(), &ServeOptions::new());
    let expected = predict(server.address(), ROW).body;
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                let mut connection = Connection::to(server.address());
                for _ in 0..50 {
                    assert_eq!(connection.post(ROW.as_bytes(), JSON).body, expected);
                }
            });
        }
    });
    assert_eq!(metric(server.address(), "densely_rows_total"), Some(1601.0));
}

/// Requests that come before the first is answered are answered in order.
#[test]
fn requests_may_come_together() {
    let server = start(classifier(), &ServeOptions::new());
    let mut connection = Connection::to(server.address());
    let bodies = ["[]".to_owned(), ROW.to_owned(), "{".to_owned(), format!("[{ROW}]")];
    let all: Vec<u8> = bodies.iter().flat_map(|body| post(body.as_bytes(), JSON)).collect();
    connection.send(all);
    let statuses = [(); 4].map(|()| connection.receive().unwrap().status);
    assert_eq!(statuses, [400, 200, 400, 200]);
}

#[test]
fn a_head_without_end_is_refused() {
    let server = start(classifier(), &ServeOptions::new());
    let mut connection = Connection::to(server.address());
    let line = format!("x-long: {}\r\n", "a".repeat(1000));
    let _ = connection.try_send(format!("GET /health HTTP/1.1\r\n{}\r\n", line.repeat(200)));
    assert!(connection.receive().is_none_or(|answer| answer.status == 431));
    assert_eq!(ask(server.address(), "GET", "/health").status, 200);
}

/// Each thread takes memory before the first request.
#[test]
fn threads_are_at_most_as_many_as_of_a_training() {
    for threads in [1025, usize::MAX] {
        let options = ServeOptions::new().listen("127.0.0.1:0".parse().unwrap()).threads(threads);
        let error = Server::start(classifier(), &options).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("threads cannot be started: {threads} are more than the 1024 there may be")
        );
    }
}
