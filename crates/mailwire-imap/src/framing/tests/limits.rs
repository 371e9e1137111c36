//! Each limit at its bound.

use super::*;

fn verdict(server: bool, input: &[u8], limits: &FrameLimits, policy: Policy) -> Vec<Seen> {
    check(server, &[input, b"* 1 EXISTS\r\n"].concat(), limits, policy)
}

fn is_good(seen: &[Seen]) -> bool {
    !seen.iter().any(|seen| {
        matches!(seen, Seen::Bad(..) | Seen::Lost(_) | Seen::Refused(..) | Seen::Dropped)
    })
}

#[test]
fn imap_s_22_a_long_line_is_refused_and_framed_up_to_twice_the_limit() {
    let limits = FrameLimits { line: 20, ..WIDE };
    for server in [true, false] {
        for len in 15..45 {
            let line = std::format!("* X {:a<width$}\r\n", "", width = len - 6);
            let seen = verdict(server, line.as_bytes(), &limits, accept);
            match len {
                ..=20 => assert!(is_good(&seen)),
                21..=40 => {
                    let bad = Seen::Bad(line.into_bytes(), Part::Begin, Fault::Line, true);
                    assert_eq!(seen, [bad, message(b"* 1 EXISTS\r\n")]);
                }
                _ => assert_eq!(seen, [Seen::Lost(Fault::Line)]),
            }
        }
    }
    // The literal at the end of a long line is dropped by count.
    let seen = verdict(true, b"A X aaaaaaaaaaaaaaaaaa {9+}\r\nB NOOP\r\n.\r\n", &limits, accept);
    assert!(matches!(seen[..], [Seen::Bad(_, _, Fault::Line, false), Seen::Dropped, _]));
    // A synchronizing one does not come.
    let seen = verdict(true, b"A X aaaaaaaaaaaaaaaaaa {9}\r\n", &limits, accept);
    assert!(matches!(seen[..], [Seen::Bad(_, _, Fault::Line, true), Seen::Message(..)]));
}

#[test]
fn the_lines_of_a_message_count_together_and_its_literals_do_not() {
    // 10 + 7 + 2 octets of lines.
    for (line, good) in [(18, false), (19, true)] {
        let limits = FrameLimits { line, ..WIDE };
        let input = b"* X {30}\r\n123456789012345678901234567890a {2}\r\nxx\r\n";
        assert_eq!(is_good(&verdict(false, input, &limits, accept)), good);
        let limits = FrameLimits { inline: 10, ..limits };
        assert_eq!(is_good(&verdict(false, input, &limits, |_, _| Decision::Stream)), good);
    }
}

#[test]
fn a_literal_over_the_inline_limit_is_asked_about() {
    for (size, asked) in [(4, false), (5, false), (6, true)] {
        let limits = FrameLimits { inline: 5, ..WIDE };
        let input = std::format!("* X {{{size}}}\r\n{:a<size$}\r\n", "");
        let seen = verdict(false, input.as_bytes(), &limits, |_, _| Decision::Stream);
        assert_eq!(matches!(seen[0], Seen::Streamed(..)), asked);
        let input = std::format!("A X {{{size}+}}\r\n{:a<size$}\r\n", "");
        let seen = verdict(true, input.as_bytes(), &limits, |_, _| Decision::Stream);
        assert_eq!(matches!(seen[0], Seen::Streamed(..)), asked);
        let input = std::format!("A X {{{size}}}\r\n{:a<size$}\r\n", "");
        let seen = verdict(true, input.as_bytes(), &limits, |_, _| Decision::Stream);
        assert!(matches!(seen[0], Seen::Streamed(..)));
    }
}

#[test]
fn imap_s_12_literals_are_counted() {
    for count in [2, 3, 4] {
        let limits = FrameLimits { literals: 3, ..WIDE };
        for header in [" {1+}\r\na", " {1}\r\na"] {
            let input = std::format!("* X{}\r\n", header.repeat(count));
            for server in [true, false] {
                let seen = verdict(server, input.as_bytes(), &limits, accept);
                assert_eq!(is_good(&seen), count <= 3);
                let tells = |seen: &Seen| matches!(seen, Seen::Bad(_, _, Fault::Literals, _));
                assert_eq!(seen.iter().any(tells), count > 3);
            }
        }
    }
}

#[test]
fn a_message_is_limited_without_what_was_streamed() {
    let input = b"* X {5}\r\n12345 {4+}\r\n1234\r\n";
    for (message, good) in [(26, false), (27, true), (28, true)] {
        let limits = FrameLimits { message, ..WIDE };
        assert_eq!(input.len(), 27);
        assert_eq!(is_good(&verdict(false, input, &limits, accept)), good);
        assert_eq!(is_good(&verdict(true, input, &limits, accept)), good);
    }
    for (message, good) in [(21, false), (22, true)] {
        let limits = FrameLimits { message, inline: 4, ..WIDE };
        assert_eq!(is_good(&verdict(false, input, &limits, |_, _| Decision::Stream)), good);
    }
}

#[test]
fn imap_s_09_what_is_dropped_is_limited() {
    let refuse: Policy = |_, _| Decision::Refuse;
    for (discard, lost) in [(9, true), (10, false), (11, false)] {
        let limits = FrameLimits { discard, inline: 4, ..WIDE };
        let seen = verdict(true, b"A X {10+}\r\n0123456789\r\n", &limits, refuse);
        assert_eq!(seen.contains(&Seen::Lost(Fault::Discard)), lost);
        assert_eq!(seen.contains(&Seen::Dropped), !lost);
        let seen = verdict(false, b"* X {10}\r\n0123456789)\r\n", &limits, refuse);
        assert_eq!(seen.contains(&Seen::Lost(Fault::Discard)), lost);
    }
    // The lines between two literals count too, so that empty literals do not come for ever.
    for (discard, lost) in [(20, true), (21, false)] {
        let limits = FrameLimits { discard, inline: 4, ..WIDE };
        let seen = verdict(true, b"A X {10+}\r\n0123456789abc {1+}\r\na\r\n", &limits, refuse);
        assert_eq!(seen.contains(&Seen::Lost(Fault::Discard)), lost, "{discard}");
    }
}
