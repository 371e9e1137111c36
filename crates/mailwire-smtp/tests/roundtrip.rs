//! What is built is parsed back to the same value; what is parsed is written so that it is read the
//! same again; and no octets make anything panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Debug;

use mailwire_core::IntoOwned;
use mailwire_core::encoder::to_bytes;
use mailwire_core::parse::{Context, Wire, parse_whole};
use mailwire_smtp::command::OtherCommand;
use mailwire_smtp::element::deliver_by::{ByMode, DeliverBy, DeliverByOffer};
use mailwire_smtp::element::domain::{AddressLiteral, Domain, GeneralLiteral};
use mailwire_smtp::element::dsn::{Envid, Notify, Ret};
use mailwire_smtp::element::enhanced_code::EnhancedCode;
use mailwire_smtp::element::future_release::{FutureReleaseOffer, HoldFor, HoldUntil};
use mailwire_smtp::element::mailbox::{LocalPart, Mailbox};
use mailwire_smtp::element::orcpt::Orcpt;
use mailwire_smtp::element::parameter::{OtherParameter, ParameterKeyword, ParameterValue};
use mailwire_smtp::element::path::{ForwardPath, Path, ReversePath};
use mailwire_smtp::element::priority::{MtPriority, PriorityProfile};
use mailwire_smtp::element::reply_code::ReplyCode;
use mailwire_smtp::element::rrvs::{NoSupportAction, Rrvs};
use mailwire_smtp::element::solicit::Solicit;
use mailwire_smtp::element::text::Text;
use mailwire_smtp::element::timestamp::{TimeOffset, Timestamp};
use mailwire_smtp::element::tracking::{Certifier, Mtrk};
use mailwire_smtp::element::transid::Transid;
use mailwire_smtp::element::xtext::Xtext;
use mailwire_smtp::family::auth::Auth;
use mailwire_smtp::family::bdat::{AbsoluteUri, Bdat, Burl};
use mailwire_smtp::family::greeting::Greeting;
use mailwire_smtp::family::hello::{
    EhloReply, HelloName, HelloText, Keyword, LimitList, Mechanisms, OtherKeyword, Words,
};
use mailwire_smtp::family::info::Query;
use mailwire_smtp::family::mail::{AuthParameter, BodyType, Mail, MailParameter, MailParameters};
use mailwire_smtp::family::queue::{DomainList, Etrn, EtrnScope, NodeName};
use mailwire_smtp::family::rcpt::{Rcpt, RcptParameter, RcptParameters};
use mailwire_smtp::family::vendor::{Attribute, Attributes, KnownAttribute};
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::{
    Command, Deviation, Deviations, Extension, Reply, SyntaxError, Tolerance, Verb,
};
use proptest::prelude::*;
use proptest::sample::select;

fn parse<T: Wire<'static>>(
    bytes: &[u8],
    tolerance: Tolerance,
) -> Result<(T, Deviations), SyntaxError> {
    // Values that borrow are compared with values that are built, so the octets must live on.
    let bytes: &'static [u8] = Vec::leak(bytes.to_vec());
    let cx = Context::new(tolerance);
    parse_whole(bytes, |input| T::parse_part(input, &cx)).map(|value| (value, cx.met()))
}

/// What every wire type is.
trait Element: Wire<'static> + PartialEq + Debug + Clone + IntoOwned<Owned = Self> {}
impl<T: Wire<'static> + PartialEq + Debug + Clone + IntoOwned<Owned = T>> Element for T {}

/// The laws of a value that was built: legal, one line, the same when it is read.
fn built<T: Element>(value: &T, tolerance: Tolerance) -> Result<(), TestCaseError> {
    let bytes = to_bytes(value);
    let text = bytes.strip_suffix(b"\r\n").unwrap_or(&bytes);
    let inside = text.iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0));
    prop_assert_eq!(inside, None, "{}", bytes.escape_ascii());
    read_back(value, &bytes, tolerance)?;
    for end in 0..bytes.len() {
        if let Err(error) = parse::<T>(&bytes[..end], Tolerance::lenient()) {
            prop_assert!(error.at <= end && !error.rule.is_empty());
        }
    }
    Ok(())
}

fn read_back<T: Element>(
    value: &T,
    bytes: &[u8],
    tolerance: Tolerance,
) -> Result<(), TestCaseError> {
    match parse::<T>(bytes, tolerance) {
        Ok((read, met)) => {
            prop_assert_eq!(&read, value, "{}", bytes.escape_ascii());
            prop_assert_eq!(&read.clone().into_owned(), value);
            // A reply may be in UTF-8, and its grammar cannot know whether that was asked for.
            prop_assert!(met.iter().all(|one| one == Deviation::EightBitText), "{:?}", met);
            prop_assert_eq!(
                to_bytes(&read).escape_ascii().to_string(),
                bytes.escape_ascii().to_string()
            );
            Ok(())
        }
        Err(error) => Err(TestCaseError::fail(format!("{}\n{value:?}", error.render(bytes)))),
    }
}

/// The laws of any octets: a clean error, or a value that is written and read as the same.
fn any_octets<T: Element>(bytes: &[u8]) -> Result<(), TestCaseError> {
    for tolerance in [Tolerance::strict(), Tolerance::default(), Tolerance::lenient()] {
        match parse::<T>(bytes, tolerance) {
            Err(error) => {
                prop_assert!(error.at <= bytes.len() && !error.rule.is_empty(), "{:?}", error);
            }
            Ok((value, met)) => {
                prop_assert!(tolerance != Tolerance::strict() || met.is_empty());
                let written = to_bytes(&value);
                match parse::<T>(&written, Tolerance::lenient()) {
                    Ok((again, _)) => prop_assert_eq!(&again, &value, "{}", written.escape_ascii()),
                    Err(error) => {
                        let shown = error.render(&written).to_string();
                        return Err(TestCaseError::fail(format!(
                            "{shown}\nfrom {}",
                            bytes.escape_ascii()
                        )));
                    }
                }
                prop_assert_eq!(&value.clone().into_owned(), &value);
            }
        }
    }
    Ok(())
}

// Strategies, in the order of the files in `element` and `family`.

fn printable(most: usize) -> BoxedStrategy<String> {
    let piece = prop_oneof![
        8 => "[a-zA-Z0-9]{1,6}",
        3 => "[ -~]{1,3}",
        1 => select(vec!["\u{e9}", "\u{5b6b}\u{5b50}", "\u{1f600}", "\"", "\\", "..", "@", ">", " "])
            .prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..6)
        .prop_map(move |pieces| {
            let mut text = pieces.concat();
            while text.len() > most {
                text.pop();
            }
            text
        })
        .boxed()
}

fn name() -> BoxedStrategy<Domain<'static>> {
    let label = prop_oneof![
        9 => "[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?",
        1 => Just(String::from("\u{30c9}\u{30e1}")),
    ];
    proptest::collection::vec(label, 1..4)
        .prop_map(|labels| Domain::name(labels.join(".")).unwrap())
        .boxed()
}

fn literal() -> BoxedStrategy<AddressLiteral<'static>> {
    prop_oneof![
        any::<std::net::Ipv4Addr>().prop_map(AddressLiteral::Ipv4),
        any::<std::net::Ipv6Addr>().prop_map(AddressLiteral::Ipv6),
        "[a-zA-Z0-9]{1,4}:[!-Z^-~]{1,8}".prop_filter_map("an address", |text| {
            GeneralLiteral::new(text).ok().map(AddressLiteral::General)
        }),
    ]
    .boxed()
}

fn domain() -> BoxedStrategy<Domain<'static>> {
    prop_oneof![4 => name(), 1 => literal().prop_map(Domain::Literal)].boxed()
}

fn local_part() -> BoxedStrategy<LocalPart<'static>> {
    printable(64).prop_map(|text| LocalPart::new(text).unwrap()).boxed()
}

fn mailbox() -> BoxedStrategy<Mailbox<'static>> {
    (local_part(), domain()).prop_map(|(local_part, domain)| Mailbox { local_part, domain }).boxed()
}

fn reverse_path() -> BoxedStrategy<ReversePath<'static>> {
    prop_oneof![1 => Just(ReversePath::Null), 5 => mailbox().prop_map(ReversePath::from)].boxed()
}

fn forward_path() -> BoxedStrategy<ForwardPath<'static>> {
    prop_oneof![1 => Just(ForwardPath::Postmaster), 5 => mailbox().prop_map(ForwardPath::from)]
        .boxed()
}

fn text() -> BoxedStrategy<Text<'static>> {
    printable(40).prop_map(|text| Text::new(text).unwrap()).boxed()
}

fn xtext(least: usize) -> BoxedStrategy<Xtext<'static>> {
    printable(40)
        .prop_filter("long enough", move |text| text.len() >= least)
        .prop_map(|text| Xtext::encode_text(text.as_bytes()).unwrap())
        .boxed()
}

fn timestamp() -> BoxedStrategy<Timestamp> {
    let offset = prop_oneof![
        3 => Just(TimeOffset::Utc),
        1 => (-1439_i16..=1439).prop_map(TimeOffset::Minutes),
    ];
    ((0_u16..=9999, 1_u8..=12, 1_u8..=28), (0_u8..=23, 0_u8..=59, 0_u8..=59), offset)
        .prop_map(|(date, time, offset)| Timestamp::new(date, time, offset).unwrap())
        .boxed()
}

fn utc() -> BoxedStrategy<HoldUntil> {
    timestamp().prop_filter_map("not UTC", |time| HoldUntil::new(time).ok()).boxed()
}

fn reply_code() -> BoxedStrategy<ReplyCode> {
    (2_u16..=5, 0_u16..=5, 0_u16..=9)
        .prop_map(|(a, b, c)| ReplyCode::new(a * 100 + b * 10 + c).unwrap())
        .boxed()
}

fn enhanced_code() -> BoxedStrategy<EnhancedCode> {
    (select(vec![2_u8, 4, 5]), 0_u16..=999, 0_u16..=999)
        .prop_map(|(class, subject, detail)| EnhancedCode::new(class, subject, detail).unwrap())
        .boxed()
}

fn notify() -> BoxedStrategy<Notify> {
    proptest::collection::vec(select(vec![Notify::SUCCESS, Notify::FAILURE, Notify::DELAY]), 0..4)
        .prop_map(|all| all.into_iter().fold(Notify::NEVER, Notify::and))
        .boxed()
}

fn orcpt() -> BoxedStrategy<Orcpt<'static>> {
    let address = printable(40).prop_filter("empty", |text| !text.is_empty());
    (select(vec!["rfc822", "utf-8", "x400"]), address)
        .prop_filter_map("not of this type", |(addr_type, address)| {
            Orcpt::new(addr_type, address.as_bytes()).ok()
        })
        .boxed()
}

fn deliver_by() -> BoxedStrategy<DeliverBy> {
    (-999_999_999_i64..=999_999_999, any::<bool>(), any::<bool>())
        .prop_filter_map("over", |(seconds, notify, trace)| {
            let mode = if notify { ByMode::Notify } else { ByMode::Return };
            DeliverBy::new(seconds, mode, trace).ok()
        })
        .boxed()
}

fn mtrk() -> BoxedStrategy<Mtrk<'static>> {
    ("[A-Za-z0-9+/]{1,20}", proptest::option::of(0_u32..=999_999_999))
        .prop_map(|(text, timeout)| Mtrk::new(Certifier::new(text).unwrap(), timeout).unwrap())
        .boxed()
}

fn solicit() -> BoxedStrategy<Solicit<'static>> {
    "[a-z][a-z.]{0,9}:[A-Z]{1,3}(,[a-z]{1,5}:[A-Z]{1,3}){0,2}"
        .prop_map(|text| Solicit::new(text).unwrap())
        .boxed()
}

fn rrvs() -> BoxedStrategy<Rrvs> {
    let action =
        proptest::option::of(select(vec![NoSupportAction::Continue, NoSupportAction::Reject]));
    (timestamp(), action).prop_map(|(since, action)| Rrvs::new(since, action).unwrap()).boxed()
}

fn value() -> BoxedStrategy<ParameterValue<'static>> {
    "[!-<>-~\u{e9}]{1,12}".prop_map(|text| ParameterValue::new(text).unwrap()).boxed()
}

fn other_parameter() -> BoxedStrategy<OtherParameter<'static>> {
    ("X-?[A-Za-z0-9-]{1,8}", proptest::option::of(value()))
        .prop_filter("known", |(keyword, _)| !keyword.eq_ignore_ascii_case("xverp"))
        .prop_map(|(keyword, value)| OtherParameter {
            keyword: ParameterKeyword::new(keyword).unwrap(),
            value,
        })
        .boxed()
}

fn mail_parameter() -> BoxedStrategy<MailParameter<'static>> {
    use MailParameter as P;
    prop_oneof![
        any::<u64>().prop_map(P::Size),
        select(BodyType::ALL.to_vec()).prop_map(P::Body),
        Just(P::Auth(AuthParameter::Unknown)),
        xtext(1).prop_map(|mailbox| P::Auth(AuthParameter::Mailbox(mailbox))),
        select(Ret::ALL.to_vec()).prop_map(P::Ret),
        "[ -~]{1,30}".prop_map(|text| P::Envid(Envid::new(text).unwrap())),
        deliver_by().prop_map(P::By),
        (1_u32..=999_999_999).prop_map(|seconds| P::HoldFor(HoldFor::new(seconds).unwrap())),
        utc().prop_map(P::HoldUntil),
        (-9_i8..=9).prop_map(|number| P::MtPriority(MtPriority::new(number).unwrap())),
        mtrk().prop_map(P::Mtrk),
        solicit().prop_map(P::Solicit),
        "<[a-z0-9]{1,9}@[a-z]{1,9}\\.example>"
            .prop_map(|text| P::Transid(Transid::new(text).unwrap())),
        xtext(1).prop_map(P::Submitter),
        Just(P::SmtpUtf8),
        Just(P::RequireTls),
        Just(P::Conperm),
        value().prop_map(P::AltAddress),
        Just(P::Prdr),
        proptest::option::of(value()).prop_map(P::Xverp),
        other_parameter().prop_map(P::Other),
    ]
    .boxed()
}

fn rcpt_parameter() -> BoxedStrategy<RcptParameter<'static>> {
    use RcptParameter as P;
    prop_oneof![
        notify().prop_map(P::Notify),
        orcpt().prop_map(P::Orcpt),
        rrvs().prop_map(P::Rrvs),
        Just(P::Conneg),
        value().prop_map(P::AltAddress),
        other_parameter().prop_map(P::Other),
    ]
    .boxed()
}

fn mail() -> BoxedStrategy<Mail<'static>> {
    (reverse_path(), proptest::collection::vec(mail_parameter(), 0..5))
        .prop_map(|(path, all)| {
            // A keyword that stands in the list already is refused, and left out.
            let add = |list: MailParameters<'static>, one: MailParameter<'_>| {
                list.clone().with(one).unwrap_or(list)
            };
            let parameters = all.into_iter().fold(MailParameters::new(), add);
            Mail { parameters, ..Mail::new(path) }
        })
        .boxed()
}

fn rcpt() -> BoxedStrategy<Rcpt<'static>> {
    (forward_path(), proptest::collection::vec(rcpt_parameter(), 0..4))
        .prop_map(|(path, all)| {
            let add = |list: RcptParameters<'static>, one: RcptParameter<'_>| {
                list.clone().with(one).unwrap_or(list)
            };
            let parameters = all.into_iter().fold(RcptParameters::new(), add);
            Rcpt { parameters, ..Rcpt::new(path) }
        })
        .boxed()
}

fn auth() -> BoxedStrategy<Auth<'static>> {
    let response = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..24));
    ("[A-Z][A-Z0-9_-]{0,19}", response)
        .prop_map(|(name, response)| {
            let name = MechanismName::new(&name).unwrap().into_owned();
            match response {
                Some(response) => Auth::new(name).with_initial_response(&response),
                None => Auth::new(name),
            }
        })
        .boxed()
}

fn attributes() -> BoxedStrategy<Attributes<'static>> {
    let one = (select(KnownAttribute::ALL.to_vec()), "[ -~]{0,12}")
        .prop_map(|(name, value)| Attribute::new(name, value.as_bytes()).unwrap());
    (one.clone(), proptest::collection::vec(one, 0..3))
        .prop_map(|(first, rest)| {
            rest.iter().fold(Attributes::new(&first), |all, one| all.with(one)).into_owned()
        })
        .boxed()
}

fn etrn() -> BoxedStrategy<Etrn<'static>> {
    let scope = select(vec![EtrnScope::Node, EtrnScope::Subdomains, EtrnScope::Queue]);
    let node = prop_oneof![name().prop_map(|name| name.to_string()), printable(30)];
    (scope, node)
        .prop_filter_map("no node", |(scope, node)| {
            Some(Etrn { scope, node: NodeName::new(node).ok()? })
        })
        .boxed()
}

fn query() -> BoxedStrategy<Query<'static>> {
    (text(), any::<bool>()).prop_map(|(text, smtputf8)| Query { text, smtputf8 }).boxed()
}

fn command() -> BoxedStrategy<Command<'static>> {
    use Command as C;
    let hello = || domain().prop_map(HelloName::Domain);
    let plain = vec![
        C::Data,
        C::Rset,
        C::Quit,
        C::StartTls,
        C::Turn,
        C::Verbose,
        C::Onex,
        C::Help(None),
        C::Noop(None),
    ];
    let domains = proptest::collection::vec(domain(), 0..4).prop_map(|all| {
        C::Atrn(all.iter().fold(DomainList::new(), |list, domain| list.with(domain)))
    });
    let other = ("[A-Z][A-Z0-9_-]{0,9}", "[ -~\t\u{e9}]{0,12}")
        .prop_filter_map("known", |(verb, arguments)| {
            OtherCommand::new(verb, arguments).ok().map(C::Other)
        });
    prop_oneof![
        hello().prop_map(C::Ehlo),
        hello().prop_map(C::Helo),
        hello().prop_map(C::Lhlo),
        mail().prop_map(C::Mail),
        rcpt().prop_map(C::Rcpt),
        select(plain),
        (any::<u64>(), any::<bool>()).prop_map(|(size, last)| C::Bdat(Bdat { size, last })),
        ("imap://[a-z]{1,8}/[a-zA-Z0-9;=&%?+-]{0,20}", any::<bool>()).prop_map(|(uri, last)| {
            C::Burl(Burl { uri: AbsoluteUri::new(uri).unwrap(), last })
        }),
        query().prop_map(C::Vrfy),
        query().prop_map(C::Expn),
        text().prop_map(|text| C::Help(Some(text))),
        text().prop_map(|text| C::Noop(Some(text))),
        auth().prop_map(C::Auth),
        etrn().prop_map(C::Etrn),
        domains,
        reverse_path().prop_map(C::Send),
        reverse_path().prop_map(C::Soml),
        reverse_path().prop_map(C::Saml),
        attributes().prop_map(C::Xclient),
        attributes().prop_map(C::Xforward),
        other,
    ]
    .boxed()
}

fn line() -> BoxedStrategy<String> {
    let piece = select(vec![
        "ok",
        " ",
        "2.0.0",
        "5.1.1",
        "4.7.",
        ".",
        "-",
        "250",
        "\t",
        "[1.2.3.4]",
        "\u{e9}",
        "a b",
    ]);
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat()).boxed()
}

fn reply() -> BoxedStrategy<Reply<'static>> {
    let status = proptest::option::of((0_u16..=999, 0_u16..=999));
    (reply_code(), status, line(), proptest::collection::vec(line(), 0..3))
        .prop_map(|(code, status, first, rest)| {
            let class = u8::try_from(code.number() / 100).unwrap();
            let status =
                status.and_then(|(subject, detail)| EnhancedCode::new(class, subject, detail).ok());
            let reply = match status {
                Some(status) => Reply::with_status(code, status, first).unwrap(),
                None => Reply::new(code, first).unwrap(),
            };
            rest.into_iter().fold(reply, |reply, line| reply.with_line(line).unwrap())
        })
        .boxed()
}

fn words() -> BoxedStrategy<Words<'static>> {
    "([!-~]{1,6}( [!-~]{1,6}){0,3})?".prop_map(|text| Words::new(text).unwrap()).boxed()
}

/// The keywords that have no parameters of their own; the others have variants.
fn plain_keyword() -> BoxedStrategy<Keyword<'static>> {
    let with_variant = |extension: Extension| {
        matches!(
            extension,
            Extension::Size
                | Extension::Auth
                | Extension::XExps
                | Extension::Burl
                | Extension::Xclient
                | Extension::Xforward
                | Extension::Limits
        )
    };
    let plain: Vec<_> =
        Extension::ALL.iter().copied().filter(|&extension| !with_variant(extension)).collect();
    select(plain).prop_map(Keyword::Plain).boxed()
}

fn keyword() -> BoxedStrategy<Keyword<'static>> {
    use Keyword as K;
    let limits = "RCPTMAX=[1-9][0-9]{0,5}( X-[A-Z]{1,4}=[!-~]{1,4}){0,2}";
    let profile = prop_oneof![Just(PriorityProfile::MIXER), Just(PriorityProfile::NSEP)];
    prop_oneof![
        plain_keyword(),
        proptest::option::of(any::<u64>()).prop_map(K::Size),
        "([A-Z0-9-]{1,8}( [A-Z0-9-]{1,8}){0,3})?"
            .prop_map(|names| K::Auth(Mechanisms::new(names).unwrap())),
        (0_u32..=999_999_999)
            .prop_map(|least| K::DeliverBy(DeliverByOffer::new(Some(least)).unwrap())),
        (1_u32..=999_999_999, utc()).prop_map(|(seconds, max_date_time)| {
            let max_interval = HoldFor::new(seconds).unwrap();
            K::FutureRelease(FutureReleaseOffer { max_interval, max_date_time })
        }),
        profile.prop_map(K::MtPriority),
        solicit().prop_map(K::NoSoliciting),
        limits.prop_map(|limits| K::Limits(LimitList::new(limits).unwrap())),
        words().prop_map(K::Burl),
        words().prop_map(K::Xclient),
        words().prop_map(K::Xforward),
        ("Z[A-Z0-9-]{0,8}", words()).prop_map(|(name, parameters)| {
            K::Other(OtherKeyword { name: ParameterKeyword::new(name).unwrap(), parameters })
        }),
    ]
    .boxed()
}

fn ehlo_reply() -> BoxedStrategy<EhloReply<'static>> {
    (domain(), line(), proptest::collection::vec(keyword(), 0..5))
        .prop_map(|(domain, greet, keywords)| {
            let reply = EhloReply::new(&domain, &greet).unwrap();
            keywords.iter().fold(reply, |reply, keyword| reply.with(keyword).unwrap())
        })
        .boxed()
}

/// Octets that are nearly wire bytes: words of the grammar in any order.
fn nearly() -> BoxedStrategy<Vec<u8>> {
    const WORDS: &[&[u8]] = &[
        b"FROM:<\"a b\"@c>",
        b"TO:<a..b@c>",
        b"TO: <\"x\\\"y\"@[IPv6:::1]>",
        b" SIZE=1 BODY=7bit",
        b" NOTIFY=success,DELAY",
        b" ORCPT=rfc822;a+b@c",
        b"MAIL",
        b"RCPT",
        b"EHLO",
        b"NOOP",
        b"VRFY",
        b"ETRN",
        b"ATRN",
        b"AUTH",
        b"BDAT",
        b"BURL",
        b"XCLIENT",
        b"SEND",
        b"HELP",
        b"FROM:",
        b"TO:",
        b"<",
        b">",
        b"@",
        b"a",
        b"b.c",
        b"\"",
        b"\\",
        b"[",
        b"]",
        b"IPv6:",
        b"::1",
        b"=",
        b"+",
        b"3D",
        b"3d",
        b";",
        b",",
        b".",
        b":",
        b" ",
        b" ",
        b" ",
        b"  ",
        b"\t",
        b"SIZE=",
        b"BODY=8BITMIME",
        b"AUTH=",
        b"ENVID=",
        b"NOTIFY=",
        b"ORCPT=",
        b"rfc822;",
        b"utf-8;",
        b"RRVS=2014-04-03T23:01:00Z",
        b"XVERP",
        b"SMTPUTF8",
        b"LAST",
        b"LIMITS",
        b"\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"250",
        b"250-",
        b"250 ",
        b"334 ",
        b"550",
        b"5.1.1",
        b"2.0.0",
        b"-",
        b"_",
        b"postmaster",
        b"\xff",
        b"\xc3\xa9",
        b"1",
        b"99999999999999999999",
        b"\x0c",
        b"\x7f",
        b"#",
    ];
    proptest::collection::vec(select(WORDS), 0..14).prop_map(|words| words.concat()).boxed()
}

/// A legal line with an octet changed, left out or put in.
fn mutated(lines: BoxedStrategy<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    let octet = prop_oneof![select(b" \t\r\n\0<>@\"\\=+;,.-:".to_vec()), any::<u8>()];
    (lines, any::<prop::sample::Index>(), octet, 0..4)
        .prop_map(|(mut line, at, octet, how)| {
            if line.is_empty() {
                return vec![octet];
            }
            let at = at.index(line.len());
            match how {
                0 => line[at] = octet,
                1 => drop(line.remove(at)),
                2 => line.insert(at, octet),
                // Blanks where one is.
                _ => {
                    if let Some(at) = line.iter().position(|&byte| byte == b' ') {
                        line.insert(at, b' ');
                    }
                }
            }
            line
        })
        .boxed()
}

const STRICT: Tolerance = Tolerance::strict();

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn commands(value in command()) {
        built(&value, STRICT)?;
        let bytes = value.to_bytes();
        for end in 0..bytes.len() {
            prop_assert!(Command::parse_with(&bytes[..end], Tolerance::lenient()).is_err());
        }
    }

    #[test]
    fn replies(value in reply()) {
        let bytes = value.to_bytes();
        read_back(&value, &bytes, STRICT.with(Deviation::EightBitText))?;
        for end in 0..bytes.len() {
            prop_assert!(Reply::parse_with(&bytes[..end], Tolerance::lenient()).is_err());
        }
    }

    #[test]
    fn ehlo_replies(value in ehlo_reply()) {
        let bytes = value.to_bytes();
        let text = STRICT.with(Deviation::EightBitText);
        read_back(&value, &bytes, text)?;
        for end in 0..bytes.len() {
            prop_assert!(EhloReply::parse_with(&bytes[..end], Tolerance::lenient()).is_err());
        }
    }

    #[test]
    fn keywords(value in keyword()) {
        built(&value, STRICT)?;
    }

    #[test]
    fn parameters(mail in mail_parameter(), rcpt in rcpt_parameter()) {
        built(&mail, STRICT)?;
        built(&rcpt, STRICT)?;
    }

    #[test]
    fn addresses(mailbox in mailbox(), reverse in reverse_path(), forward in forward_path()) {
        built(&mailbox, STRICT)?;
        built(&mailbox.local_part, STRICT)?;
        built(&mailbox.domain, STRICT)?;
        built(&Path::from(mailbox), STRICT)?;
        built(&reverse, STRICT)?;
        built(&forward, STRICT)?;
    }

    #[test]
    fn elements(
        literal in literal(), text in text(), xtext in xtext(0), notify in notify(),
        orcpt in orcpt(), by in deliver_by(), mtrk in mtrk(), solicit in solicit(), rrvs in rrvs(),
        code in reply_code(), status in enhanced_code(), time in timestamp(),
    ) {
        built(&literal, STRICT)?;
        built(&text, STRICT)?;
        built(&xtext, STRICT)?;
        built(&notify, STRICT)?;
        built(&orcpt, STRICT)?;
        built(&by, STRICT)?;
        built(&mtrk, STRICT)?;
        built(&solicit, STRICT)?;
        built(&rrvs, STRICT)?;
        built(&code, STRICT)?;
        built(&status, STRICT)?;
        built(&time, STRICT)?;
    }

    #[test]
    fn greetings(domain in domain(), text in line()) {
        let value = Greeting::ready(&domain, text).unwrap();
        read_back(&value, &value.to_bytes(), STRICT.with(Deviation::EightBitText))?;
    }

    /// A client name that is no domain is only kept, so it is not strictly legal.
    #[test]
    fn client_names(text in printable(20)) {
        if let Ok(text) = HelloText::new(text) {
            let value = Command::Ehlo(HelloName::Other(text));
            let (read, _) = parse::<Command<'_>>(&value.to_bytes(), Tolerance::lenient()).unwrap();
            prop_assert_eq!(read, value);
        }
    }

    #[test]
    fn any_octets_as_a_command(
        random in proptest::collection::vec(any::<u8>(), 0..40),
        nearly in nearly(),
        mutated in mutated(command().prop_map(|command| command.to_bytes()).boxed()),
        verb in select(Verb::ALL.to_vec()),
    ) {
        any_octets::<Command<'_>>(&random)?;
        any_octets::<Command<'_>>(&nearly)?;
        any_octets::<Command<'_>>(&mutated)?;
        let line = [verb.as_str().as_bytes(), b" ", &nearly, b"\r\n"].concat();
        any_octets::<Command<'_>>(&line)?;
    }

    #[test]
    fn any_octets_as_a_reply(
        random in proptest::collection::vec(any::<u8>(), 0..40),
        nearly in nearly(),
        mutated in mutated(reply().prop_map(|reply| reply.to_bytes()).boxed()),
        hello in mutated(ehlo_reply().prop_map(|reply| reply.to_bytes()).boxed()),
    ) {
        let line = [b"250 ", &nearly[..], b"\r\n"].concat();
        for bytes in [&random, &nearly, &mutated, &hello, &line] {
            any_octets::<Reply<'_>>(bytes)?;
            any_octets::<EhloReply<'_>>(bytes)?;
            any_octets::<Greeting<'_>>(bytes)?;
        }
    }

    #[test]
    fn any_octets_as_an_element(
        random in proptest::collection::vec(any::<u8>(), 0..24),
        nearly in nearly(),
        mutated in mutated(prop_oneof![
            mailbox().prop_map(|value| value.to_bytes()),
            mail_parameter().prop_map(|value| value.to_bytes()),
            rcpt_parameter().prop_map(|value| value.to_bytes()),
            keyword().prop_map(|value| value.to_bytes()),
        ].boxed()),
    ) {
        for bytes in [&random, &nearly, &mutated] {
            any_octets::<Domain<'_>>(bytes)?;
            any_octets::<AddressLiteral<'_>>(bytes)?;
            any_octets::<LocalPart<'_>>(bytes)?;
            any_octets::<Mailbox<'_>>(bytes)?;
            any_octets::<Path<'_>>(bytes)?;
            any_octets::<ReversePath<'_>>(bytes)?;
            any_octets::<ForwardPath<'_>>(bytes)?;
            any_octets::<Text<'_>>(bytes)?;
            any_octets::<Xtext<'_>>(bytes)?;
            any_octets::<Envid<'_>>(bytes)?;
            any_octets::<Notify>(bytes)?;
            any_octets::<Ret>(bytes)?;
            any_octets::<Orcpt<'_>>(bytes)?;
            any_octets::<DeliverBy>(bytes)?;
            any_octets::<DeliverByOffer<'_>>(bytes)?;
            any_octets::<HoldFor>(bytes)?;
            any_octets::<HoldUntil>(bytes)?;
            any_octets::<FutureReleaseOffer>(bytes)?;
            any_octets::<MtPriority>(bytes)?;
            any_octets::<PriorityProfile<'_>>(bytes)?;
            any_octets::<Mtrk<'_>>(bytes)?;
            any_octets::<Solicit<'_>>(bytes)?;
            any_octets::<Transid<'_>>(bytes)?;
            any_octets::<Rrvs>(bytes)?;
            any_octets::<Timestamp>(bytes)?;
            any_octets::<ReplyCode>(bytes)?;
            any_octets::<EnhancedCode>(bytes)?;
            any_octets::<AuthParameter<'_>>(bytes)?;
            any_octets::<MailParameter<'_>>(bytes)?;
            any_octets::<RcptParameter<'_>>(bytes)?;
            any_octets::<MailParameters<'_>>(bytes)?;
            any_octets::<RcptParameters<'_>>(bytes)?;
            any_octets::<Keyword<'_>>(bytes)?;
        }
    }
}
