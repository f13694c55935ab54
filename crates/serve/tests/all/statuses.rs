use densely_serve::{ServeOptions, Server};

use crate::client::{Connection, ask, predict};
use crate::models::{ROW, classifier, f32_model, of_digits, start};

fn running() -> Server {
    start(classifier(), &ServeOptions::new().body(1 << 16))
}

#[test]
fn what_is_not_there_is_said() {
    let server = running();
    let answer = ask(server.address(), "GET", "/predicts");
    assert_eq!(answer.status, 404);
    assert!(answer.refusal().0.contains("POST /predict"));
    for (method, path, allowed) in [
        ("GET", "/predict", "POST"),
        ("OPTIONS", "/predict", "POST"),
        ("DELETE", "/", "GET, HEAD"),
        ("POST", "/health", "GET, HEAD"),
    ] {
        let answer = ask(server.address(), method, path);
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some(allowed)),
            "{method} {path}"
        );
        assert!(answer.refusal().0.contains(allowed));
    }
}

#[test]
fn rows_that_are_wrong_are_named() {
    let server = running();
    for (row, column, said) in [
        (ROW.replace("31.5", "\"old\""), "age", "`old` in row 1: expected finite numbers"),
        (ROW.replace("31.5", "1e999"), "age", "number out of range"),
        (ROW.replace("31.5", "NaN"), "age", "expected value"),
        (ROW.replace("31.5", "-Infinity"), "age", "invalid number"),
        (ROW.replace("31.5", "1e300"), "age", "too large for f32"),
        (ROW.replace("true", "\"maybe\""), "member", "expected truth values"),
        (ROW.replace("2024-05-06", "yesterday"), "since", "expected dates, or dates with times"),
        (ROW.replace("\"kind\"", "\"kinds\""), "kind", "(is it `kinds`?)"),
        (ROW.replace("\"pear\"", "[\"pear\"]"), "kind", "a list"),
        (ROW.replace("\"pear\"", "\"pear\",\"kind\":1"), "kind", "twice"),
    ] {
        // It is the third of some rows, too.
        for (body, at) in [(row.clone(), 1), (format!("[{ROW},{ROW},{row}]"), 3)] {
            let answer = predict(server.address(), &body);
            assert_eq!(answer.status, 400, "{body}");
            let (message, at_row, at_column) = answer.refusal();
            assert_eq!(
                (at_row, at_column.as_deref()),
                (Some(at), Some(column)),
                "{body}: {message}"
            );
            assert!(
                message.contains(&said.replace("row 1", &format!("row {at}"))),
                "{body}: {message}"
            );
        }
    }
    // Null is a gap, a category that was never seen is another, and a key that is no column is nothing.
    for row in [
        ROW.replace("31.5", "null").replace("true", "null").replace("\"2024-05-06\"", "null"),
        ROW.replace("pear", "plum"),
        ROW.replace("\"pear\"", "null"),
        ROW.replace("true", "1"),
        ROW.replace("{", "{\"id\":[{}],"),
    ] {
        assert_eq!(predict(server.address(), &row).status, 200, "{row}");
    }
}

#[test]
fn bodies_that_are_no_rows_are_refused() {
    let server = running();
    let mut connection = Connection::to(server.address());
    let json = "content-type: application/json\r\n";
    for body in
        [&b""[..], b"{", b"[]", b"7", b"null", b"\"a\"", b"{\"age\":\"\xff\"}", b"\xef\xbb\xbf{}"]
    {
        assert_eq!(connection.post(body, json).status, 400, "{body:?}");
    }
    let deep = format!("{{\"age\":{}", "[".repeat(50_000));
    assert_eq!(connection.post(deep.as_bytes(), json).status, 400);
    let csv = "content-type: text/csv\r\n";
    for (body, row, column) in [
        (&b""[..], None, None),
        (b"age,kind,member,since\n", None, None),
        (b"age,kind,member\n1,pear,yes\n", None, Some("since")),
        (b"age,kind,member,since\n1,pear\n", None, None),
        (
            b"age,kind,member,since\n1,pear,yes,2024-01-01\n1,p\xffr,yes,2024-01-01\n",
            None,
            Some("kind"),
        ),
        (b"age,kind,member,since\ninf,pear,yes,2024-01-01\n", Some(1), Some("age")),
        (
            b"age,kind,member,since\n1,pear,yes,2024-01-01\nx,pear,yes,2024-01-01\n",
            Some(2),
            Some("age"),
        ),
        (b"age,age,kind,member,since\n1,1,pear,yes,2024-01-01\n", None, Some("age")),
    ] {
        let answer = connection.post(body, csv);
        assert_eq!(answer.status, 400, "{body:?}");
        let (message, at_row, at_column) = answer.refusal();
        assert_eq!((at_row, at_column.as_deref()), (row, column), "{message}");
    }
    // What comes after all that is answered as ever.
    assert_eq!(connection.post(ROW.as_bytes(), json).status, 200);
    assert_eq!(connection.post(ROW.as_bytes(), "").status, 200);
}

#[test]
fn other_media_are_refused() {
    let server = running();
    let mut connection = Connection::to(server.address());
    for headers in [
        "content-type: application/x-www-form-urlencoded\r\n",
        "content-type: text/plain\r\n",
        "content-type: \r\n",
        "content-type: application/json\r\ncontent-encoding: gzip\r\n",
    ] {
        let answer = connection.post(ROW.as_bytes(), headers);
        assert_eq!(answer.status, 415, "{headers}");
        answer.refusal();
    }
    let identity =
        "content-type: Application/JSON ; charset=utf-8\r\ncontent-encoding: identity\r\n";
    assert_eq!(connection.post(ROW.as_bytes(), identity).status, 200);
    for (accept, kind) in [
        ("*/*", "application/json"),
        ("text/html, text/csv;q=0.9, */*", "text/csv; charset=utf-8"),
        ("application/json, text/csv", "application/json"),
        ("image/png", "application/json"),
    ] {
        let answer = connection.post(ROW.as_bytes(), &format!("accept: {accept}\r\n"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{accept}");
    }
}

/// A table without gaps has none later either, and says so.
#[test]
fn a_gap_where_there_may_be_none_is_named() {
    let server = start(f32_model(of_digits()), &ServeOptions::new());
    let names = of_digits().preparation().feature_names().to_vec();
    let row = |gap: usize| {
        let cell = |i: usize| format!("\"{}\":{}", names[i], if i == gap { "null" } else { "3" });
        format!("{{{}}}", (0..64).map(cell).collect::<Vec<_>>().join(","))
    };
    let answer = predict(server.address(), row(17));
    let (message, at_row, column) = answer.refusal();
    assert_eq!((at_row, column), (Some(1), Some(names[17].clone())), "{message}");
    assert_eq!(predict(server.address(), row(64)).status, 200);
}
