//! Dotted bodies against every way to hide an end mark, in every way to cut the input.
//!
//! The names of the tests are those of the rows of the security checklist that they show, as far as
//! a codec can: what a server answers is for the protocol crates to show.

use mailwire_core::body::{
    BodyError, DotDecoder, DotEncoder, Findings, Inspected, Newlines, Stuffed, stuff, unstuff,
};
use proptest::prelude::*;

/// What a decoder made of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decoded {
    body: Vec<u8>,
    /// Octets of the stream that the body takes with its end mark; `None`: no end mark.
    end: Option<usize>,
    found: Findings,
}

fn decode<'c>(chunks: impl IntoIterator<Item = &'c [u8]>, look_for: Findings) -> Decoded {
    let mut decoder = DotDecoder::new(look_for).with_line_limit(20);
    let (mut body, mut taken) = (Vec::new(), 0);
    for chunk in chunks {
        let mut rest = chunk;
        while !rest.is_empty() {
            let dotted = decoder.decode(rest);
            assert!(dotted.consumed > 0 || !dotted.data.is_empty(), "no progress");
            body.extend_from_slice(dotted.data);
            taken += dotted.consumed;
            rest = &rest[dotted.consumed..];
            if dotted.end {
                assert!(decoder.is_done());
                let again = decoder.decode(b"x");
                assert!((again.consumed, again.data, again.end) == (0, &[][..], true));
                return Decoded { body, end: Some(taken), found: decoder.found() };
            }
            assert!(decoder.decode(b"").data.is_empty() || rest.is_empty());
        }
    }
    Decoded { body, end: None, found: decoder.found() }
}

/// Decodes in one piece, octet by octet, and in every cut into two and three, and wants the same.
fn decode_all_ways(stream: &[u8]) -> Decoded {
    let whole = decode([stream], Findings::ALL);
    let same = |decoded: &Decoded, how: &str| {
        assert_eq!(*decoded, whole, "{how}: {}", stream.escape_ascii());
    };
    same(&decode(stream.chunks(1), Findings::ALL), "octets");
    for (a, b) in (0..=stream.len()).flat_map(|b| (0..=b).map(move |a| (a, b))) {
        let chunks = [&stream[..a], &stream[a..b], &stream[b..]];
        same(&decode(chunks, Findings::ALL), "three");
        let silent = decode(chunks, Findings::NONE);
        same(&Decoded { found: whole.found, ..silent }, "without findings");
    }
    whole
}

fn not_the_end(stream: &[u8], body: &[u8], found: Findings) {
    let decoded = decode_all_ways(stream);
    assert_eq!(decoded.end, None, "{}", stream.escape_ascii());
    assert_eq!(decoded.body.escape_ascii().to_string(), body.escape_ascii().to_string());
    assert_eq!(decoded.found, found, "{}", stream.escape_ascii());
}

fn the_end(stream: &[u8], body: &[u8], found: Findings) {
    let decoded = decode_all_ways(stream);
    assert_eq!(decoded.end, Some(stream.len()), "{}", stream.escape_ascii());
    assert_eq!(decoded.body.escape_ascii().to_string(), body.escape_ascii().to_string());
    assert_eq!(decoded.found, found, "{}", stream.escape_ascii());
}

#[test]
fn smtp_s_10_crlf_dot_crlf_is_the_end() {
    the_end(b"hi\r\n.\r\n", b"hi\r\n", Findings::NONE);
}

#[test]
fn smtp_s_11_a_body_can_be_empty() {
    the_end(b".\r\n", b"", Findings::NONE);
}

#[test]
fn smtp_s_12_lf_dot_lf_is_not_the_end() {
    let stream = b"hi\n.\nMAIL FROM:<e>\r\n";
    not_the_end(stream, stream, Findings::BARE_LF);
}

#[test]
fn smtp_s_13_lf_dot_crlf_is_not_the_end() {
    not_the_end(b"hi\n.\r\nX\r\n", b"hi\n.\r\nX\r\n", Findings::BARE_LF);
}

#[test]
fn smtp_s_14_crlf_dot_lf_is_not_the_end() {
    not_the_end(b"hi\r\n.\nX\r\n", b"hi\r\n\nX\r\n", Findings::BARE_LF);
}

#[test]
fn smtp_s_15_cr_dot_cr_is_not_the_end() {
    not_the_end(b"hi\r.\rX\r\n", b"hi\r.\rX\r\n", Findings::BARE_CR);
}

#[test]
fn smtp_s_16_cr_dot_is_not_the_end() {
    not_the_end(b"hi\r.\r\nX\r\n", b"hi\r.\r\nX\r\n", Findings::BARE_CR);
    not_the_end(b"hi\r.\nX\r\n", b"hi\r.\nX\r\n", Findings::BARE);
}

#[test]
fn smtp_s_17_nothing_behind_the_dot_is_lost() {
    not_the_end(b"hi\n.\rX\r\n", b"hi\n.\rX\r\n", Findings::BARE);
    not_the_end(b"hi\r\n.\rX\r\n", b"hi\r\n\rX\r\n", Findings::BARE_CR);
}

#[test]
fn smtp_s_18_nul_is_kept() {
    not_the_end(b"hi\r\n\0.\r\nX", b"hi\r\n\0.\r\nX", Findings::NUL);
    not_the_end(b"hi\r\n.\0\r\nX", b"hi\r\n\0\r\nX", Findings::NUL);
}

#[test]
fn smtp_s_19_cr_crlf_dot_crlf_is_the_end() {
    the_end(b"hi\r\r\n.\r\n", b"hi\r\r\n", Findings::BARE_CR);
}

#[test]
fn smtp_s_20_dot_cr_crlf_is_not_the_end() {
    not_the_end(b"hi\r\n.\r\r\n", b"hi\r\n\r\r\n", Findings::BARE_CR);
    the_end(b"hi\r\n.\r\r\n.\r\n", b"hi\r\n\r\r\n", Findings::BARE_CR);
}

#[test]
fn smtp_s_21_a_dot_with_blanks_is_not_the_end() {
    not_the_end(b"hi\r\n. \r\n", b"hi\r\n \r\n", Findings::NONE);
    not_the_end(b"hi\r\n.\t\r\n", b"hi\r\n\t\r\n", Findings::NONE);
    not_the_end(b"hi\r\n .\r\n", b"hi\r\n .\r\n", Findings::NONE);
}

#[test]
fn smtp_s_22_other_line_breaks_are_text() {
    for text in ["hi\x0b.\x0bX", "hi\x0c.\x0cX", "hi\u{85}.\u{85}X", "hi\u{2028}.\u{2028}X"] {
        let found = if text.is_ascii() { Findings::NONE } else { Findings::EIGHT_BIT };
        not_the_end(text.as_bytes(), text.as_bytes(), found);
    }
    not_the_end(b"hi\x85.\x85X", b"hi\x85.\x85X", Findings::EIGHT_BIT);
}

const AROUND: [&[u8]; 8] = [b"\r", b"\n", b"\r\n", b"\r\r\n", b"\n\r", b"\0", b"\r\n\0", b" "];

#[test]
fn smtp_s_23_only_two_of_64_pairs_around_a_dot_are_the_end() {
    let mut ends = Vec::new();
    for (pre, post) in AROUND.iter().flat_map(|pre| AROUND.iter().map(move |post| (*pre, *post))) {
        let stream = [b"hi", pre, b".", post, b"X\r\n"].concat();
        let decoded = decode_all_ways(&stream);
        if let Some(end) = decoded.end {
            ends.push((pre, post));
            assert_eq!(decoded.body, [b"hi", pre].concat());
            assert_eq!(end, 2 + pre.len() + 1 + 2);
        } else {
            // All that is lost is a stuffed dot.
            let mut expected = stream.clone();
            if pre.ends_with(b"\r\n") {
                expected.remove(2 + pre.len());
            }
            assert_eq!(decoded.body, expected, "{}", stream.escape_ascii());
        }
        // What a lenient neighbour could take for the end is never silent.
        let breaks = |octets: &[u8]| octets.iter().any(|byte| b"\r\n".contains(byte));
        if breaks(pre) && breaks(post) && decoded.end.is_none() {
            let said = decoded.found.intersects(Findings::BARE | Findings::NUL);
            assert!(said, "{}", stream.escape_ascii());
        }
    }
    assert_eq!(
        ends,
        [
            (&b"\r\n"[..], &b"\r\n"[..]),
            (b"\r\n", b"\r\n\0"),
            (b"\r\r\n", b"\r\n"),
            (b"\r\r\n", b"\r\n\0"),
        ],
        "a POST of CRLF NUL is an end mark with a NUL behind it",
    );
}

#[test]
fn smtp_s_24_an_end_mark_in_pieces_is_one_end() {
    let chunks = [&b"\r"[..], b"\n", b".", b"\r", b"\n"];
    let decoded = decode(chunks, Findings::ALL);
    assert_eq!(decoded, Decoded { body: b"\r\n".to_vec(), end: Some(5), found: Findings::NONE });
}

#[test]
fn smtp_s_25_one_dot_is_taken_from_a_line() {
    the_end(b"..\r\n.\r\n", b".\r\n", Findings::NONE);
    the_end(b".a\r\n.\r\n", b"a\r\n", Findings::NONE);
    the_end(b"...\r\n.\r\n", b"..\r\n", Findings::NONE);
    the_end(b"a..\r\n.\r\n", b"a..\r\n", Findings::NONE);
    the_end(b"..\r\n..\r\n\r\n..\r\n.\r\n", b".\r\n.\r\n\r\n.\r\n", Findings::NONE);
}

#[test]
fn smtp_s_26_a_body_cut_off_has_no_end() {
    for len in 0..b"hi\r\n.\r\n".len() {
        assert_eq!(decode_all_ways(&b"hi\r\n.\r\n"[..len]).end, None);
    }
    assert_eq!(unstuff(b"hi\r\n.\r"), None);
}

#[test]
fn smtp_s_27_what_is_behind_the_end_is_not_touched() {
    let stream = b"hi\r\n.\r\nNOOP\r\n\n\0\xff.\r\n.\r\n";
    let decoded = decode_all_ways(stream);
    assert_eq!(decoded, Decoded { body: b"hi\r\n".to_vec(), end: Some(7), found: Findings::NONE });
}

#[test]
fn smtp_s_28_long_lines_stream_and_are_flagged() {
    let (mut decoder, chunk) = (DotDecoder::new(Findings::LONG_LINE), vec![b'a'; 1000]);
    assert_eq!(decoder.decode(&chunk[..999]).data.len(), 999);
    assert_eq!(decoder.found(), Findings::NONE);
    assert_eq!(decoder.decode(&chunk).data.as_ptr(), chunk.as_ptr());
    assert_eq!(decoder.found(), Findings::LONG_LINE);
    // A stuffed dot does not count.
    the_end(b"..34567890123456789\r\n.\r\n", b".34567890123456789\r\n", Findings::NONE);
    the_end(
        b"123456789012345678\r\n1234567890123456789\r\n.\r\n",
        b"123456789012345678\r\n1234567890123456789\r\n",
        Findings::LONG_LINE,
    );
}

#[test]
fn findings_far_into_a_chunk_are_those_before_the_end_mark() {
    // Windows of the search end at multiples of 256, so all places around them are tried.
    for len in (0..40).chain(230..300).chain(500..530) {
        for (bad, finding) in [
            (&b"\n"[..], Findings::BARE_LF),
            (b"\r", Findings::BARE_CR),
            (b"\0", Findings::NUL),
            (b"\x80", Findings::EIGHT_BIT),
        ] {
            let text = vec![b'a'; len];
            let before = [&text, bad, b"a\r\n.\r\n"].concat();
            let decoded = decode([&before[..]], finding);
            assert_eq!((decoded.found, decoded.end), (finding, Some(before.len())), "{len}");
            let behind = [&text, &b"\r\n.\r\n"[..], bad].concat();
            let decoded = decode([&behind[..]], finding);
            assert_eq!((decoded.found, decoded.end), (Findings::NONE, Some(len + 5)), "{len}");
        }
    }
}

#[test]
fn size() {
    assert!(size_of::<DotDecoder>() <= 32);
    assert!(size_of::<DotEncoder>() <= 8);
}

/// What an encoder makes of a body.
fn encode<'c>(
    chunks: impl IntoIterator<Item = &'c [u8]>,
    encoder: DotEncoder,
) -> Result<Vec<u8>, BodyError> {
    encode_inspected(chunks.into_iter().map(Inspected::from), encoder)
}

/// What an encoder makes of a body of which something is known.
fn encode_inspected<'c>(
    chunks: impl IntoIterator<Item = Inspected<'c>>,
    mut encoder: DotEncoder,
) -> Result<Vec<u8>, BodyError> {
    let mut wire = Vec::new();
    for chunk in chunks {
        let before = wire.len();
        let result = encoder.encode_inspected(chunk, |piece| match piece {
            Stuffed::Chunk(range) => {
                assert!(!range.is_empty());
                wire.extend_from_slice(&chunk[range]);
            }
            Stuffed::Insert(octets) => wire.extend_from_slice(octets),
        });
        if let Err(error) = result {
            assert_eq!(wire.len(), before, "a chunk that is refused is not sent");
            assert_eq!(encoder.encode(b"x", |_| unreachable!()), Err(error), "it is sticky");
            assert_eq!(encoder.finish(|_| unreachable!()), Err(error), "there is no end mark");
            return Err(error);
        }
    }
    encoder.finish(|piece| match piece {
        Stuffed::Chunk(_) => unreachable!(),
        Stuffed::Insert(octets) => wire.extend_from_slice(octets),
    })?;
    assert_eq!(encoder.finish(|_| unreachable!()), Err(BodyError::Ended));
    assert_eq!(encoder.encode(b"x", |_| unreachable!()), Err(BodyError::Ended));
    assert_eq!(encoder.encode(b"", |_| unreachable!()), Ok(()));
    Ok(wire)
}

/// What can be known of a chunk before it is encoded.
const KNOWN: [Findings; 5] = [
    Findings::BARE,
    Findings::BARE.union(Findings::NUL),
    Findings::BARE.union(Findings::EIGHT_BIT),
    Findings::NUL.union(Findings::EIGHT_BIT),
    Findings::ALL,
];

/// Encodes in every cut into three and octet by octet, with all that can be known, and wants the
/// same.
fn encode_all_ways(body: &[u8], encoder: &DotEncoder) -> Result<Vec<u8>, BodyError> {
    let whole = encode([body], encoder.clone());
    assert_eq!(encode(body.chunks(1), encoder.clone()), whole, "{}", body.escape_ascii());
    for (a, b) in (0..=body.len()).flat_map(|b| (0..=b).map(move |a| (a, b))) {
        let chunks = [&body[..a], &body[a..b], &body[b..]];
        assert_eq!(encode(chunks, encoder.clone()), whole, "{}", body.escape_ascii());
        for known in KNOWN {
            // Each chunk alone, some of them alone, and what a decoder knows.
            let each = chunks.map(|chunk| Inspected::inspect(chunk, known));
            let some = [each[0], Inspected::from(chunks[1]), each[2]];
            for chunks in [each, some] {
                let wire = encode_inspected(chunks, encoder.clone());
                assert_eq!(wire, whole, "{chunks:?}");
            }
        }
    }
    whole
}

fn strict() -> DotEncoder {
    DotEncoder::new(Newlines::Refuse)
}

fn normalizing() -> DotEncoder {
    DotEncoder::new(Newlines::Normalize)
}

#[test]
fn smtp_c_31_a_dot_behind_an_empty_line_is_stuffed() {
    let wire = encode_all_ways(b"\r\n\r\n.\r\nX", &strict());
    assert_eq!(wire, Ok(b"\r\n\r\n..\r\nX\r\n.\r\n".to_vec()));
}

#[test]
fn smtp_c_32_bare_newlines_are_refused_or_become_crlf() {
    for body in [&b"a\n.\nX"[..], b"a\r.\rX", b"a\n.\r\nX", b"a\r\n.\nX", b"a\r\n.\rX", b"a\r.\nX"]
    {
        assert_eq!(encode_all_ways(body, &strict()), Err(BodyError::BareNewline));
        assert_eq!(
            encode_all_ways(body, &normalizing()),
            Ok(b"a\r\n..\r\nX\r\n.\r\n".to_vec()),
            "{}",
            body.escape_ascii(),
        );
    }
    assert_eq!(encode_all_ways(b"a\r\r\nb", &strict()), Err(BodyError::BareNewline));
    assert_eq!(encode_all_ways(b"a\r\r\nb", &normalizing()), Ok(b"a\r\n\r\nb\r\n.\r\n".to_vec()));
    assert_eq!(encode_all_ways(b"\n\r.", &normalizing()), Ok(b"\r\n\r\n..\r\n.\r\n".to_vec()));
}

#[test]
fn smtp_c_33_stuffing_does_not_depend_on_chunks() {
    let wire = encode([&b".a\r\n"[..], b".b\r", b"\n.c\r\n.", b"d"], strict());
    assert_eq!(wire, Ok(b"..a\r\n..b\r\n..c\r\n..d\r\n.\r\n".to_vec()));
    encode_all_ways(b".a\r\n.b\r\n..\r\nc", &strict()).unwrap();
}

#[test]
fn smtp_c_34_the_end_mark_has_one_crlf_before_it() {
    for mode in [strict(), normalizing()] {
        assert_eq!(encode_all_ways(b"abc", &mode), Ok(b"abc\r\n.\r\n".to_vec()));
        assert_eq!(encode_all_ways(b"abc\r\n", &mode), Ok(b"abc\r\n.\r\n".to_vec()));
        assert_eq!(encode_all_ways(b"", &mode), Ok(b".\r\n".to_vec()));
        assert_eq!(encode_all_ways(b"\r\n", &mode), Ok(b"\r\n.\r\n".to_vec()));
        assert_eq!(encode_all_ways(b".", &mode), Ok(b"..\r\n.\r\n".to_vec()));
    }
    assert_eq!(encode_all_ways(b"abc\r", &strict()), Err(BodyError::BareNewline));
    assert_eq!(encode_all_ways(b"abc\r", &normalizing()), Ok(b"abc\r\n.\r\n".to_vec()));
}

#[test]
fn smtp_c_35_8_bit_and_nul_are_refused_on_request() {
    let both = Findings::EIGHT_BIT | Findings::NUL;
    for mode in [strict(), normalizing()] {
        assert_eq!(encode_all_ways(b"a\xe9b\0", &mode), Ok(b"a\xe9b\0\r\n.\r\n".to_vec()));
        assert_eq!(encode_all_ways(b"a\xe9", &mode.clone().refuse(both)), Err(BodyError::EightBit));
        assert_eq!(encode_all_ways(b"a\0", &mode.clone().refuse(both)), Err(BodyError::Nul));
        let nul = mode.refuse(Findings::NUL);
        assert_eq!(encode_all_ways(b"\xe9", &nul), Ok(b"\xe9\r\n.\r\n".to_vec()));
        assert!(encode_all_ways(b"\0", &nul).is_err());
        for at in [0, 255, 256, 257, 258, 700] {
            let mut body = vec![b'\n'; 800];
            body[at] = 0;
            assert!(encode([&body[..]], nul.clone()).is_err(), "{at}");
        }
    }
}

/// Decodes chunks and encodes at once what comes out, as a relay does; `None`: there was no end.
fn relay<'c>(
    chunks: impl IntoIterator<Item = &'c [u8]>,
    look_for: Findings,
    mut encoder: DotEncoder,
) -> Option<Result<Vec<u8>, BodyError>> {
    let (mut decoder, mut wire) = (DotDecoder::new(look_for), Vec::new());
    for chunk in chunks {
        let mut rest = chunk;
        while !rest.is_empty() {
            let dotted = decoder.decode(rest);
            assert_eq!(dotted.inspected().octets(), dotted.data);
            let encoded = encoder.encode_inspected(dotted.inspected(), |piece| match piece {
                Stuffed::Chunk(range) => wire.extend_from_slice(&dotted.data[range]),
                Stuffed::Insert(octets) => wire.extend_from_slice(octets),
            });
            if let Err(error) = encoded {
                return Some(Err(error));
            }
            rest = &rest[dotted.consumed..];
            if dotted.end {
                let ended = encoder.finish(|piece| match piece {
                    Stuffed::Chunk(_) => unreachable!(),
                    Stuffed::Insert(octets) => wire.extend_from_slice(octets),
                });
                return Some(ended.map(|()| wire));
            }
        }
    }
    None
}

#[test]
fn smtp_s_58_a_relay_hands_on_what_it_knows_and_no_more() {
    // What a decoder knows of one octet is nothing that another can break.
    for body in [
        &b"a\n.\nX"[..],
        b"a\r.\rX",
        b"a\r\n\n.\r\nX",
        b"\n..\nX\r\n",
        b"..\nX\r\n",
        b"..\r\rX\n",
        b"a\r\r\n..\r\nX",
        b"a\r\n..\r\nX",
        b"a\0\r\n..\r\nX",
        b"a\xe9\r\n..\r\nX",
    ] {
        let stream = [body, b"\r\n.\r\n"].concat();
        let (plain, _) = unstuff(&stream).unwrap();
        for refuse in [Findings::NONE, Findings::NUL, Findings::EIGHT_BIT] {
            let encoder = strict().refuse(refuse);
            let wire = encode([&plain[..]], encoder.clone());
            for known in KNOWN.into_iter().chain([Findings::NONE]) {
                for (a, b) in (0..=stream.len()).flat_map(|b| (0..=b).map(move |a| (a, b))) {
                    let chunks = [&stream[..a], &stream[a..b], &stream[b..]];
                    let relayed = relay(chunks, known, encoder.clone());
                    assert_eq!(relayed, Some(wire.clone()), "{known:?} {chunks:?}");
                }
            }
        }
    }
}

#[test]
fn nothing_is_known_that_was_not_looked_for() {
    for (octets, lacks) in [
        (&b"a\r\nb"[..], Findings::ALL),
        (b"\na\r\nb\r", Findings::ALL),
        (b"", Findings::ALL),
        (b"\r", Findings::ALL),
        (b"\n", Findings::ALL),
        (b"\n\r", Findings::ALL),
        (b"\r\r", Findings::ALL.difference(Findings::BARE)),
        (b"\n\n", Findings::ALL.difference(Findings::BARE)),
        (b"a\nb", Findings::ALL.difference(Findings::BARE)),
        (b"a\rb", Findings::ALL.difference(Findings::BARE)),
        (b"a\0b", Findings::ALL.difference(Findings::NUL)),
        (b"a\x80b", Findings::ALL.difference(Findings::EIGHT_BIT)),
    ] {
        for known in KNOWN {
            let piece = Inspected::inspect(octets, known);
            let lacks = lacks.intersection(known).difference(Findings::LONG_LINE);
            assert_eq!(piece.lacks(), lacks, "{}", octets.escape_ascii());
            assert_eq!(piece.to_bytes().as_inspected(), piece);
            assert_eq!(piece.first(1).octets(), &octets[..octets.len().min(1)]);
        }
    }
}

#[test]
fn pop_s_08_a_message_from_the_store() {
    assert_eq!(encode_all_ways(b".\r\n", &strict()), Ok(b"..\r\n.\r\n".to_vec()));
    assert_eq!(encode_all_ways(b"a\n.\nb", &normalizing()), Ok(b"a\r\n..\r\nb\r\n.\r\n".to_vec()));
}

#[test]
fn smtp_s_58_one_hop_does_not_undo_another() {
    // What comes out of a decoder is a body again, and goes out stuffed.
    let (body, _) = unstuff(b"a\r\n..\r\nb\r\n.\r\n").unwrap();
    assert_eq!(body, b"a\r\n.\r\nb\r\n");
    assert_eq!(stuff(&body), Ok(b"a\r\n..\r\nb\r\n.\r\n".to_vec()));
}

/// Three receivers that do not agree on what ends a line: where does each see the end?
///
/// Written octet by octet and without a look at the decoder.
fn receiver(stream: &[u8], ends_line: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let mut line_start = 0;
    for at in 1..=stream.len() {
        if ends_line(&stream[..at]) {
            let line = &stream[line_start..at];
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            if text.strip_suffix(b"\r").unwrap_or(text) == b"." {
                return Some(at);
            }
            line_start = at;
        }
    }
    None
}

fn strict_receiver(stream: &[u8]) -> Option<usize> {
    receiver(stream, |seen| seen.ends_with(b"\r\n"))
}

fn lf_receiver(stream: &[u8]) -> Option<usize> {
    receiver(stream, |seen| seen.ends_with(b"\n"))
}

/// Ends a line at CR, and drops an LF behind it.
fn cr_receiver(stream: &[u8]) -> Option<usize> {
    let mut line = Vec::new();
    for (at, &byte) in stream.iter().enumerate() {
        match byte {
            b'\r' if line == b"." => {
                // The LF of CRLF belongs to the line end.
                return Some(at + if stream.get(at + 1) == Some(&b'\n') { 2 } else { 1 });
            }
            b'\r' => line.clear(),
            b'\n' if at > 0 && stream[at - 1] == b'\r' => {}
            _ => line.push(byte),
        }
    }
    None
}

/// What arrives of a body: bare line endings are CRLF, and so is the end of the last line.
fn normalised(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, &byte) in body.iter().enumerate() {
        match byte {
            b'\n' if at > 0 && body[at - 1] == b'\r' => {}
            b'\r' | b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(byte),
        }
    }
    if !out.is_empty() && !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => Just(&b"\r\n"[..]), 1 => Just(&b"\n"[..]), 1 => Just(&b"\r"[..]), 4 => Just(&b"."[..]),
        3 => Just(&b"a"[..]), 1 => Just(&b"\0"[..]), 1 => Just(&b"\xff"[..]),
        1 => Just(&[b'x'; 250][..]),
    ];
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

fn cut(octets: &[u8], mut sizes: impl Iterator<Item = usize>) -> Vec<&[u8]> {
    let (mut chunks, mut rest) = (Vec::new(), octets);
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at(sizes.next().unwrap_or(1).min(rest.len()));
        chunks.push(chunk);
        rest = behind;
    }
    chunks
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(prop_oneof![1_usize..6, 200_usize..600], 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn p_08_what_is_stuffed_is_unstuffed(body in bodies(), out in sizes(), back in sizes()) {
        let wire = encode(cut(&body, out.into_iter().cycle()), normalizing()).unwrap();
        prop_assert_eq!(encode([&body[..]], normalizing()), Ok(wire.clone()));
        let decoded = decode(cut(&wire, back.into_iter().cycle()), Findings::BARE);
        prop_assert_eq!(&decoded.body, &normalised(&body));
        prop_assert_eq!((decoded.end, decoded.found), (Some(wire.len()), Findings::NONE));
        prop_assert_eq!(unstuff(&wire), Some((normalised(&body), wire.len())));
    }

    #[test]
    fn p_08_every_receiver_sees_the_same_end(body in bodies(), sizes in sizes()) {
        let wire = encode(cut(&body, sizes.into_iter().cycle()), normalizing()).unwrap();
        let stream = [&wire[..], b"QUIT\r\n.\r\n"].concat();
        let end = Some(wire.len());
        prop_assert_eq!(strict_receiver(&stream), end);
        prop_assert_eq!(lf_receiver(&stream), end);
        prop_assert_eq!(cr_receiver(&stream), end);
        prop_assert_eq!(decode([&stream[..]], Findings::NONE).end, end);
    }

    #[test]
    fn a_body_is_refused_exactly_when_normalizing_would_change_it(body in bodies(), sizes in sizes()) {
        let chunks = cut(&body, sizes.into_iter().cycle());
        let strictly = encode(chunks, strict());
        let same = normalised(&body).starts_with(&body) && !body.ends_with(b"\r");
        prop_assert_eq!(strictly.is_ok(), same);
        if same {
            prop_assert_eq!(strictly, encode([&body[..]], normalizing()));
            prop_assert_eq!(stuff(&body), encode([&body[..]], strict()));
        }
    }

    #[test]
    fn a_decoder_agrees_with_the_strict_receiver(stream in bodies(), sizes in sizes()) {
        let whole = decode([&stream[..]], Findings::ALL);
        prop_assert_eq!(whole.end, strict_receiver(&stream));
        prop_assert_eq!(decode(cut(&stream, sizes.into_iter().cycle()), Findings::ALL), whole);
    }
}

#[test]
fn every_short_stream_in_every_cut() {
    // All streams of six of these octets.
    let octets = b"\r\n.a";
    for n in 0..4_usize.pow(6) {
        let stream: Vec<u8> = (0..6).map(|place| octets[n / 4_usize.pow(place) % 4]).collect();
        assert_eq!(
            decode_all_ways(&stream).end,
            strict_receiver(&stream),
            "{}",
            stream.escape_ascii()
        );
        let normalized = encode_all_ways(&stream, &normalizing()).unwrap();
        assert_eq!(unstuff(&normalized), Some((normalised(&stream), normalized.len())));
        let refused = encode_all_ways(&stream, &strict());
        assert!(refused.is_err() || refused == Ok(normalized));
    }
}
