//! What came of an input.

/// What a reader says, without what is of this input alone: its kind.
pub(crate) fn kind(message: &str) -> String {
    let (mut kind, mut is_quoted) = (String::new(), false);
    for c in message.chars() {
        match c {
            '`' | '"' => is_quoted = !is_quoted,
            _ if is_quoted || c.is_ascii_digit() => {}
            c => kind.push(c),
        }
    }
    kind.truncate(kind.char_indices().nth(120).map_or(kind.len(), |(end, _)| end));
    kind
}
