//! Samples and random input in all cuts.

use super::*;
use proptest::prelude::*;

/// Literals over 4 octets are asked about.
const SMALL: FrameLimits = FrameLimits { inline: 4, ..WIDE };

#[test]
fn commands_in_all_cuts() {
    for sample in [
        &b"A NOOP\r\nB CAPABILITY\r\n"[..],
        b"A LOGIN {4+}\r\nfred {0+}\r\n\r\nB NOOP\r\n",
        b"A LOGIN {4}\r\nfred {6}\r\n\r\nx\r\n\"\r\nB NOOP\r\n",
        b"A APPEND INBOX {7+}\r\nB X\r\n{9\r\nB NOOP\r\n",
        b"A APPEND INBOX ~{7+}\r\n\0\r\n.\r\n\0 ~{5+}\r\nabcde\r\nB NOOP\r\n",
        b"\r\n\n A\rB NOOP\r\n\0A NOOP\nC NOOP\r\r\n",
        b"A X \"{5+}\"\r\nB \"{2+}\r\n\r\n\r\nC {1}x\r\n",
        b"A {5}\r\nB {8}\r\n12345678\r\n\r\nC {7}\r\nD NOOP\r\n",
        b"A {}\r\nB {-1}\r\nC { 1}\r\nD {1}\nE {18446744073709551616}\r\nF NOOP\r\n",
        b"A {8+}\r\n12345678 {3+}\r\nabc {5}\r\nB NOOP\r\n",
        b"A {8+}\r\n12345678 {1++}\r\nB NOOP\r\n",
        b"A {8+}\r\n12345678 {-1}\r\nB NOOP\r\n",
        b"A {1+}\nB NOOP\r\n",
    ] {
        check(true, sample, &WIDE, accept);
        check(true, sample, &WIDE, mixed);
        check(true, sample, &SMALL, mixed);
    }
}

#[test]
fn responses_in_all_cuts() {
    for sample in [
        &b"* OK hi {5}\r\n* 1 EXISTS\r\nA1 OK done {3}\r\n+ {2}\r\n+\r\n"[..],
        b"* 1 FETCH (BODY[] {0}\r\n)\r\nA1 OK\r\n",
        b"* 1 FETCH (BODY[] {9}\r\nA1 OK x\r\n)\r\nA1 OK x\r\n",
        b"* 1 FETCH (ENVELOPE ({3}\r\na\r\n{1}\r\nb {4}\r\n{1}\r) BODY[] {10}\r\n0123456789)\r\n* 2 EXISTS\r\n",
        b"* LIST () \"/\" {5+}\r\na b c\r\n* LIST () \"/\" ~{2}\r\n\0\0\r\n",
        b"* X \"a\\\"b\" \"{5}\r\n* X \\Seen \"\" {5}\r\n12345\r\n* X a{5}\r\n* BYE {5}\r\n",
        b"\r\n\n\0\0* OK\r\n   \r\n \0* 1 EXISTS\n\r\n",
        b"Server Unavailable. {5}\r\n[COPYUID 1 2 3] {4}\r\n* 1 EXPUNGE\r\n",
        b"* 1 FETCH (BODY[] {13}\r\n0123456789abc X {11}\r\n0123456789a)\r\n* 1 EXISTS\r\n",
        b"* 1 FETCH (BODY[] {11}\r\n0123456789a X {7}\r\n* 2 X\r\n {2}\r\n\r\n)\r\n* 1 EXISTS\r\n",
        b"* 1 FETCH (BODY[] {-5}\r\n)\r\n",
        b"* X {abc}\r\n* X {\"a\":1}\r\n* X {1e9}\r\n",
    ] {
        check(false, sample, &WIDE, accept);
        check(false, sample, &SMALL, mixed);
    }
}

#[test]
fn imap_s_14_15_an_unknown_command_has_its_literal() {
    let seen = check(true, b"A FROB {13+}\r\nB NOOP\r\nxxxxx\r\n", &WIDE, accept);
    assert_eq!(seen, [message(b"A FROB {13+}\r\nB NOOP\r\nxxxxx\r\n")]);
    let refuse: Policy = |_, _| Decision::Refuse;
    let seen = check(true, b"A FROB {13}\r\nB NOOP\r\n", &WIDE, refuse);
    let head = Seen::Refused(b"A FROB {13}\r\n".to_vec(), Part::Begin, literal(13, true));
    assert_eq!(seen, [head, message(b"B NOOP\r\n")]);
}

#[test]
fn imap_s_13_octets_of_a_literal_are_no_command() {
    let input = b"A APPEND INBOX {26+}\r\nB LOGOUT\r\nC DELETE x\r\n..\r\n\r\nD NOOP\r\n";
    let seen = check(true, input, &WIDE, accept);
    assert_eq!(seen.last(), Some(&message(b"D NOOP\r\n")));
    assert_eq!(seen.len(), 2);
}

#[test]
fn imap_s_10_a_large_literal_is_refused_and_dropped_by_count() {
    let input = b"A LOGIN {9+}\r\nB NOOP\r\n. x\r\nC NOOP\r\n";
    let refuse: Policy = |_, _| Decision::Refuse;
    let seen = check(true, input, &SMALL, refuse);
    let head = Seen::Refused(b"A LOGIN {9+}\r\n".to_vec(), Part::Begin, literal(9, false));
    assert_eq!(seen, [head, Seen::Dropped, message(b"C NOOP\r\n")]);
}

#[test]
fn imap_s_11_hostile_headers_close_or_are_refused() {
    for (header, fault, lost) in [
        (&b"{}"[..], Fault::Header, false),
        (b"{-1}", Fault::Header, false),
        (b"{ 1}", Fault::Header, false),
        (b"{1 }", Fault::Header, false),
        (b"{0x1}", Fault::Header, false),
        (b"{18446744073709551616}", Fault::Size, false),
        (&[&b"{"[..], &[b'9'; 300], b"}"].concat(), Fault::Size, false),
        (b"{+1}", Fault::Header, true),
        (b"{1++}", Fault::Header, true),
        (b"{9223372036854775808+}", Fault::Size, true),
        (&[&b"{"[..], &[b'9'; 300], b"+}"].concat(), Fault::Size, true),
    ] {
        let line = [b"A LOGIN ", header, b"\r\n"].concat();
        let seen = check(true, &[&line[..], b"B NOOP\r\n"].concat(), &WIDE, accept);
        if lost {
            assert_eq!(seen, [Seen::Lost(fault)]);
        } else {
            let bad = Seen::Bad(line, Part::Begin, fault, true);
            assert_eq!(seen, [bad, message(b"B NOOP\r\n")]);
        }
    }
}

#[test]
fn imap_c_17_a_bad_header_of_a_server_ends_the_session() {
    for header in ["{18446744073709551616}", "{-5}", "{1e9}", "{}", "{5}x{}"] {
        let line = std::format!("* 1 FETCH (BODY[] {header}\r\n");
        let seen = check(false, line.as_bytes(), &WIDE, accept);
        let expected = if header.ends_with("x{}") { 1 } else { 0 };
        assert_eq!(seen.iter().filter(|seen| matches!(seen, Seen::Message(..))).count(), expected);
    }
}

#[test]
fn imap_c_50_a_tag_in_a_literal_is_no_response() {
    let input = b"* 1 FETCH (BODY[] {9}\r\nA1 OK x\r\n)\r\n";
    assert_eq!(check(false, input, &WIDE, accept), [message(input)]);
}

#[test]
fn imap_c_16_x_09_sizes_never_wrap() {
    for size in [1_u64 << 31, 1 << 32, (1 << 32) + 2, u64::MAX >> 1] {
        for server in [true, false] {
            let line = std::format!("* 1 FETCH ({{{size}}}\r\n");
            let mut framer = Either::new(server);
            let limits = FrameLimits { message: u32::MAX, ..WIDE };
            let framed = framer.frame(line.as_bytes(), &limits);
            let fits = size == 1 << 31;
            assert!(
                matches!(framed, Framed::Literal { literal, fits: f, .. } if literal.size == size && f == fits)
            );
            framer.decide(Decision::Accept);
            let framed = framer.frame(line.as_bytes(), &limits);
            assert_eq!(framed == Framed::More, fits);
            assert_eq!(matches!(framed, Framed::Lost { fault: Fault::Message, .. }), !fits);
        }
    }
}

#[test]
fn imap_s_40_a_cut_off_message_shows() {
    for (input, server) in [
        (&b"A001 LOGIN {11}\r\n"[..], true),
        (b"A NOOP\r", true),
        (b"A LOGIN {3+}\r\nabc", true),
        (b"* 1 FETCH (BODY[] {5}\r\n1234", false),
        (b"* 1 FETCH (BODY[] {5}\r\n12345", false),
    ] {
        assert!(run(server, [input], &WIDE, accept).2);
        assert!(run(server, [input], &SMALL, |_, _| Decision::Stream).2);
    }
    assert!(!run(true, [&b"A NOOP\r\n"[..]], &WIDE, accept).2);
}

#[test]
fn lines_that_are_no_commands() {
    let input = b"{5+}\r\n*\n0123456789\r\nB NOOP\r\n";
    for size in 1..=input.len() {
        let (mut framer, mut buffer, mut seen) = (CommandFramer::new(), Vec::new(), Vec::new());
        for piece in input.chunks(size) {
            buffer.extend_from_slice(piece);
            loop {
                let framed = framer.frame_plain(&buffer, 8);
                match framed {
                    Framed::Message { frame, .. } => seen.push(frame.to_vec()),
                    Framed::Bad { frame, fault: Fault::Line, ends: false, .. } => {
                        assert!(!framer.is_mid_message() || framer.is_dropping());
                        seen.push(frame.to_vec());
                    }
                    Framed::Dropped { .. } => seen.push(b"dropped".to_vec()),
                    Framed::Skip { .. } => {}
                    Framed::More => break,
                    other => assert_eq!(other, Framed::More),
                }
                buffer.drain(..framed.consumed());
            }
        }
        let expected: [&[u8]; 5] = [b"{5+}\r\n", b"*\n", b"01234567", b"dropped", b"B NOOP\r\n"];
        assert_eq!(seen, expected, "parts of {size}");
        assert!(buffer.is_empty() && !framer.is_mid_message());
    }
}

#[test]
fn what_is_missing_of_a_literal_is_known() {
    let mut framer = CommandFramer::new();
    let input = b"A LOGIN {100}\r\nabc";
    assert_eq!(framer.missing(0), 0);
    assert!(matches!(framer.frame(input, &WIDE), Framed::Literal { .. }));
    assert_eq!(framer.missing(input.len()), 0);
    framer.accept();
    assert_eq!(framer.missing(input.len()), 97);
    assert_eq!(framer.frame(input, &WIDE), Framed::More);
    assert_eq!((framer.missing(input.len()), framer.missing(115)), (97, 0));
    let mut framer = ResponseFramer::new();
    assert_eq!(framer.frame(b"* X {7}\r\nabc", &WIDE), Framed::More);
    assert_eq!(framer.missing(12), 4);
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "* ",
        "+ ",
        "A ",
        "OK ",
        "no ",
        "FETCH ",
        "[",
        "(",
        ")",
        " ",
        "\"",
        "\\",
        "\r\n",
        "\r\n",
        "\r\n",
        "\n",
        "\r",
        "\0",
        "{0}\r\n",
        "{1}\r\n",
        "{2+}\r\n",
        "~{3}\r\n",
        "~{5+}\r\n",
        " {4}\r\n",
        " {6+}\r\n",
        "({7}\r\n",
        "({8+}\r\n",
        "{9",
        "{",
        "}",
        "{}",
        "{1++}\r\n",
        "{-1}\r\n",
        "{1}\n",
        "abc",
        "0123456789",
        "{99999999999999999999}\r\n",
        "{3}\r\na\r\n",
        "* 1 FETCH (BODY[] {5}\r\n",
        "* X {2}\r\n",
        "12345678901234567890123456789012345678901",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn any_input_in_any_cut_gives_what_the_reference_gives(
        input in pieces(),
        server: bool,
        cuts in prop::collection::vec(1_usize..12, 1..6),
        line in 1_u32..60,
        inline in 0_u32..8,
        literals in 0_u32..4,
        message in 1_u32..80,
        discard in 0_u32..30,
        wide: bool,
    ) {
        let limits = FrameLimits { line, inline, literals, message, discard };
        let limits = if wide { FrameLimits { inline, ..WIDE } } else { limits };
        let expected = reference::reference(server, &input, &limits, mixed);
        prop_assert_eq!(&run(server, [&input[..]], &limits, mixed).0, &expected);
        let (mut parts, mut rest) = (Vec::new(), &input[..]);
        for cut in cuts.iter().cycle() {
            let (part, behind) = rest.split_at((*cut).min(rest.len()));
            parts.push(part);
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(&run(server, parts, &limits, mixed).0, &expected);
    }
}
