use super::*;
use crate::element::body_value::BodyValue;
use crate::rows::{check_needs, check_rejects, check_rows, check_rows_in};
use crate::{Command, Data};

fn part(section: &'static str) -> SectionBinary<'static> {
    SectionBinary::parse(section.as_bytes()).unwrap().into_owned()
}

fn mime(text: &'static str) -> MimeType<'static> {
    MimeType::new(text).unwrap()
}

fn string(text: &'static str) -> AString<'static> {
    AString::new(text).unwrap()
}

fn header(section: &'static str) -> HeaderSection<'static> {
    HeaderSection::new(Section::parse(section.as_bytes()).unwrap()).unwrap()
}

#[test]
fn command_rows() {
    use ConvertAttribute::*;
    let set = || SequenceSet::parse(b"2").unwrap();
    let convert = |to, parameters: &[(&'static str, &'static str)], attributes: &[_], bare| {
        let parameters = parameters
            .iter()
            .map(|(name, value)| Transcoding { name: string(name), value: string(value) });
        let convert = Convert::new(set(), to, attributes.iter().cloned()).unwrap();
        let parameters = ItemList::new(parameters);
        Command::Convert(Convert { parameters, bare, ..convert }.into())
    };
    let range = Partial::request(2001, 1000).unwrap();
    check_rows(&[
        (
            b"CONVERT 2 (\"text/plain\" (charset us-ascii)) BINARY[3]",
            convert(
                Some(mime("text/plain")),
                &[("charset", "us-ascii")],
                &[Binary(part("[3]"), None)],
                true,
            ),
        ),
        (
            b"CONVERT 2 (NIL) (UID BINARY[4]<2001.1000> BINARY.SIZE[4] BODYPARTSTRUCTURE[4] \
              AVAILABLECONVERSIONS[4])",
            convert(
                None,
                &[],
                &[
                    Uid,
                    Binary(part("[4]"), Some(range)),
                    BinarySize(part("[4]")),
                    BodyPartStructure(part("[4]")),
                    AvailableConversions(part("[4]")),
                ],
                false,
            ),
        ),
        (b"CONVERT 2 (NIL) BODY[HEADER]", convert(None, &[], &[Header(header("[HEADER]"))], true)),
        (
            b"CONVERT 2 (NIL) (BODY[1.MIME] BODY[2.HEADER])",
            convert(None, &[], &[Header(header("[1.MIME]")), Header(header("[2.HEADER]"))], false),
        ),
        (
            b"CONVERSIONS text/html \"*\"",
            Command::Conversions(Conversions { from: string("text/html"), to: string("*") }),
        ),
    ]);
    check_rejects::<Command<'_>>(&[
        (b"CONVERT x", "sequence-set", 8),
        (b"CONVERT 2 NIL BINARY[3]", "convert-params", 10),
        (b"CONVERT 2 (\"text\") UID", "mime-type", 16),
        (b"CONVERT 2 (NIL) FLAGS", "convert-att", 16),
        (b"CONVERT 2 (NIL) BODY[]", "convert-att", 20),
        (b"CONVERT 2 (NIL) BODY[TEXT]", "convert-att", 20),
        (b"CONVERT 2 (NIL) BINARY[4]<1>", "partial", 25),
        (b"CONVERT 2 (NIL) ()", "convert-att", 17),
        (b"CONVERSIONS a", "SP", 13),
    ]);
    assert!(Convert::new(set(), None, []).is_err());
}

#[test]
fn data_rows() {
    let error = |code, details: Option<&'static str>| ConvertError {
        description: IString::new("no").unwrap(),
        code,
        details: details.map(|details| RawData::new(details).unwrap()),
    };
    let body = BodyStructure::parse(b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 3 1)").unwrap();
    let converted = |items: &[ConvertItem<'static>]| {
        Data::Converted(ConvertedData {
            message: NzNumber::new(2).unwrap(),
            tag: IString::new("b1").unwrap(),
            items: Items::new(items.iter().cloned()),
        })
    };
    let size = |size| Number64::new(size).unwrap();
    check_rows_in(
        Mode::SERVER,
        &[
            (
                b"2 CONVERTED (TAG \"b1\") (UID 5 BINARY[3]<10> {2}\r\nHi BINARY.SIZE[3] 1024 \
                  BODYPARTSTRUCTURE[3] (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 3 1) \
                  AVAILABLECONVERSIONS[3] ((\"text/plain\" \"image/png\")) BODY[1.MIME] NIL)",
                converted(&[
                    ConvertItem::Uid(NzNumber::new(5).unwrap()),
                    ConvertItem::Binary(part("[3]"), Some(size(10)), Ok(BodyValue::new("Hi"))),
                    ConvertItem::BinarySize(part("[3]"), Ok(size(1024))),
                    ConvertItem::BodyPartStructure(part("[3]"), Ok(body.into_owned())),
                    ConvertItem::AvailableConversions(
                        part("[3]"),
                        Ok(MimeTypes::new([mime("text/plain"), mime("image/png")])),
                    ),
                    ConvertItem::Header(header("[1.MIME]"), Ok(BodyValue::Nil)),
                ]),
            ),
            (
                b"2 CONVERTED (TAG \"b1\") (BINARY[3] (ERROR \"no\" TEMPFAIL) \
                  BINARY.SIZE[3] (ERROR \"no\" TEMPFAIL 60) \
                  BODYPARTSTRUCTURE[3] (ERROR \"no\" BADPARAMETERS \"text/html\" \"text/plain\" (\"a\" \"b\")) \
                  AVAILABLECONVERSIONS[3] (ERROR \"no\" MISSINGPARAMETERS \"a/b\" \"c/d\" (\"e\")))",
                converted(&[
                    ConvertItem::Binary(part("[3]"), None, Err(error(ConvertErrorCode::TempFail, None))),
                    ConvertItem::BinarySize(
                        part("[3]"),
                        Err(error(ConvertErrorCode::TempFail, Some("60"))),
                    ),
                    ConvertItem::BodyPartStructure(
                        part("[3]"),
                        Err(error(
                            ConvertErrorCode::BadParameters,
                            Some("\"text/html\" \"text/plain\" (\"a\" \"b\")"),
                        )),
                    ),
                    ConvertItem::AvailableConversions(
                        part("[3]"),
                        Err(error(
                            ConvertErrorCode::MissingParameters,
                            Some("\"a/b\" \"c/d\" (\"e\")"),
                        )),
                    ),
                ]),
            ),
            (
                b"CONVERSION \"text/html\" \"text/plain\" (charset)",
                Data::Conversion(ConversionData {
                    from: mime("text/html"),
                    to: mime("text/plain"),
                    parameters: ItemList::new([string("charset")]),
                }),
            ),
            (
                b"CONVERSION \"a/b\" \"c/d\"",
                Data::Conversion(ConversionData {
                    from: mime("a/b"),
                    to: mime("c/d"),
                    parameters: ItemList::EMPTY,
                }),
            ),
        ],
    );
    check_rejects::<Data<'_>>(&[
        (b"2 CONVERTED (FOO \"b1\") (UID 5)", "convert-correlator", 13),
        (b"2 CONVERTED (TAG \"b1\") ()", "convert-msg-att", 24),
        (b"2 CONVERTED (TAG \"b1\") (BINARY[3] (ERROR x))", "string", 41),
        (b"2 CONVERTED (TAG \"b1\") (BINARY[3] (ERROR \"x\" FOO))", "convert-error-code", 45),
        (b"2 CONVERTED (TAG \"b1\") (AVAILABLECONVERSIONS[3] (\"a/b\"))", "list", 49),
        (b"CONVERSION text/html \"a/b\"", "mime-type", 11),
    ]);
    assert!(HeaderSection::new(Section::parse(b"[TEXT]").unwrap()).is_err());
    assert!(MimeType::new("text").is_err() && MimeType::new("a/b/c").is_err());
}

#[test]
fn needs() {
    check_needs(&[
        ("CONVERT 1 (NIL) BINARY[1]", &["CONVERT"]),
        ("UID CONVERT $ (NIL) BINARY[1]", &["CONVERT", "SEARCHRES"]),
        ("CONVERSIONS \"*\" \"*\"", &["CONVERT"]),
    ]);
}
