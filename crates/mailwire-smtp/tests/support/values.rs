//! Strategies for values, in the order of the files in `element` and `family`.

use mailwire_smtp::command::OtherCommand;
use mailwire_smtp::element::deliver_by::{ByMode, DeliverBy, DeliverByOffer};
use mailwire_smtp::element::domain::{AddressLiteral, Domain, GeneralLiteral};
use mailwire_smtp::element::dsn::{Envid, Notify, Ret};
use mailwire_smtp::element::enhanced_code::EnhancedCode;
use mailwire_smtp::element::future_release::{FutureReleaseOffer, HoldFor, HoldUntil};
use mailwire_smtp::element::mailbox::{LocalPart, Mailbox};
use mailwire_smtp::element::orcpt::Orcpt;
use mailwire_smtp::element::parameter::{
    OtherParameter, ParameterKeyword, ParameterValue, VerpDelimiters,
};
use mailwire_smtp::element::path::{ForwardPath, ReversePath};
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
use mailwire_smtp::family::hello::{
    EhloReply, HelloName, Keyword, LimitList, Mechanisms, OtherKeyword, Words,
};
use mailwire_smtp::family::info::Query;
use mailwire_smtp::family::mail::{AuthParameter, BodyType, Mail, MailParameter, MailParameters};
use mailwire_smtp::family::queue::{DomainList, Etrn, EtrnScope, NodeName};
use mailwire_smtp::family::rcpt::{Rcpt, RcptParameter, RcptParameters};
use mailwire_smtp::family::vendor::{Attribute, Attributes, KnownAttribute};
use mailwire_smtp::sasl::MechanismName;
use mailwire_smtp::{Command, Extension, Reply};
use proptest::prelude::*;
use proptest::sample::select;

pub fn printable(most: usize) -> BoxedStrategy<String> {
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

pub fn name() -> BoxedStrategy<Domain<'static>> {
    let label = prop_oneof![
        9 => "[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?",
        1 => Just(String::from("\u{30c9}\u{30e1}")),
    ];
    proptest::collection::vec(label, 1..4)
        .prop_map(|labels| Domain::name(labels.join(".")).unwrap())
        .boxed()
}

pub fn literal() -> BoxedStrategy<AddressLiteral<'static>> {
    prop_oneof![
        any::<std::net::Ipv4Addr>().prop_map(AddressLiteral::Ipv4),
        any::<std::net::Ipv6Addr>().prop_map(AddressLiteral::Ipv6),
        "[a-zA-Z0-9]{1,4}:[!-Z^-~]{1,8}".prop_filter_map("an address", |text| {
            GeneralLiteral::new(text).ok().map(AddressLiteral::General)
        }),
    ]
    .boxed()
}

pub fn domain() -> BoxedStrategy<Domain<'static>> {
    prop_oneof![4 => name(), 1 => literal().prop_map(Domain::Literal)].boxed()
}

pub fn local_part() -> BoxedStrategy<LocalPart<'static>> {
    printable(64).prop_map(|text| LocalPart::new(text).unwrap()).boxed()
}

pub fn mailbox() -> BoxedStrategy<Mailbox<'static>> {
    (local_part(), domain()).prop_map(|(local_part, domain)| Mailbox { local_part, domain }).boxed()
}

pub fn reverse_path() -> BoxedStrategy<ReversePath<'static>> {
    prop_oneof![1 => Just(ReversePath::Null), 5 => mailbox().prop_map(ReversePath::from)].boxed()
}

pub fn forward_path() -> BoxedStrategy<ForwardPath<'static>> {
    prop_oneof![1 => Just(ForwardPath::Postmaster), 5 => mailbox().prop_map(ForwardPath::from)]
        .boxed()
}

pub fn text() -> BoxedStrategy<Text<'static>> {
    printable(40).prop_map(|text| Text::new(text).unwrap()).boxed()
}

pub fn xtext(least: usize) -> BoxedStrategy<Xtext<'static>> {
    printable(40)
        .prop_filter("long enough", move |text| text.len() >= least)
        .prop_map(|text| Xtext::encode_text(text.as_bytes()).unwrap())
        .boxed()
}

pub fn timestamp() -> BoxedStrategy<Timestamp> {
    let offset = prop_oneof![
        3 => Just(TimeOffset::Utc),
        1 => (-1439_i16..=1439).prop_map(TimeOffset::Minutes),
    ];
    ((0_u16..=9999, 1_u8..=12, 1_u8..=28), (0_u8..=23, 0_u8..=59, 0_u8..=59), offset)
        .prop_map(|(date, time, offset)| Timestamp::new(date, time, offset).unwrap())
        .boxed()
}

pub fn utc() -> BoxedStrategy<HoldUntil> {
    timestamp().prop_filter_map("not UTC", |time| HoldUntil::new(time).ok()).boxed()
}

pub fn reply_code() -> BoxedStrategy<ReplyCode> {
    (2_u16..=5, 0_u16..=5, 0_u16..=9)
        .prop_map(|(a, b, c)| ReplyCode::new(a * 100 + b * 10 + c).unwrap())
        .boxed()
}

pub fn enhanced_code() -> BoxedStrategy<EnhancedCode> {
    (select(vec![2_u8, 4, 5]), 0_u16..=999, 0_u16..=999)
        .prop_map(|(class, subject, detail)| EnhancedCode::new(class, subject, detail).unwrap())
        .boxed()
}

pub fn notify() -> BoxedStrategy<Notify> {
    proptest::collection::vec(select(vec![Notify::SUCCESS, Notify::FAILURE, Notify::DELAY]), 0..4)
        .prop_map(|all| all.into_iter().fold(Notify::NEVER, Notify::and))
        .boxed()
}

pub fn orcpt() -> BoxedStrategy<Orcpt<'static>> {
    let address = printable(40).prop_filter("empty", |text| !text.is_empty());
    (select(vec!["rfc822", "utf-8", "x400"]), address)
        .prop_filter_map("not of this type", |(addr_type, address)| {
            Orcpt::new(addr_type, address.as_bytes()).ok()
        })
        .boxed()
}

pub fn deliver_by() -> BoxedStrategy<DeliverBy> {
    (-999_999_999_i64..=999_999_999, any::<bool>(), any::<bool>())
        .prop_filter_map("over", |(seconds, notify, trace)| {
            let mode = if notify { ByMode::Notify } else { ByMode::Return };
            DeliverBy::new(seconds, mode, trace).ok()
        })
        .boxed()
}

pub fn mtrk() -> BoxedStrategy<Mtrk<'static>> {
    ("[A-Za-z0-9+/]{1,20}", proptest::option::of(0_u32..=999_999_999))
        .prop_map(|(text, timeout)| Mtrk::new(Certifier::new(text).unwrap(), timeout).unwrap())
        .boxed()
}

pub fn solicit() -> BoxedStrategy<Solicit<'static>> {
    "[a-z][a-z.]{0,9}:[A-Z]{1,3}(,[a-z]{1,5}:[A-Z]{1,3}){0,2}"
        .prop_map(|text| Solicit::new(text).unwrap())
        .boxed()
}

pub fn rrvs() -> BoxedStrategy<Rrvs> {
    let action =
        proptest::option::of(select(vec![NoSupportAction::Continue, NoSupportAction::Reject]));
    (timestamp(), action).prop_map(|(since, action)| Rrvs::new(since, action).unwrap()).boxed()
}

pub fn value() -> BoxedStrategy<ParameterValue<'static>> {
    "[!-<>-~\u{e9}]{1,12}".prop_map(|text| ParameterValue::new(text).unwrap()).boxed()
}

pub fn other_parameter() -> BoxedStrategy<OtherParameter<'static>> {
    ("X-?[A-Za-z0-9-]{1,8}", proptest::option::of(value()))
        .prop_filter("known", |(keyword, _)| !keyword.eq_ignore_ascii_case("xverp"))
        .prop_map(|(keyword, value)| OtherParameter {
            keyword: ParameterKeyword::new(keyword).unwrap(),
            value,
        })
        .boxed()
}

pub fn mail_parameter() -> BoxedStrategy<MailParameter<'static>> {
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
        proptest::option::of("[!-~]{1,3}")
            .prop_map(|text| P::Xverp(text.map(|text| VerpDelimiters::new(text).unwrap()))),
        other_parameter().prop_map(P::Other),
    ]
    .boxed()
}

pub fn rcpt_parameter() -> BoxedStrategy<RcptParameter<'static>> {
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

pub fn mail() -> BoxedStrategy<Mail<'static>> {
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

pub fn rcpt() -> BoxedStrategy<Rcpt<'static>> {
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

pub fn auth() -> BoxedStrategy<Auth<'static>> {
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

pub fn attributes() -> BoxedStrategy<Attributes<'static>> {
    let one = (select(KnownAttribute::ALL.to_vec()), "[ -~]{0,12}")
        .prop_map(|(name, value)| Attribute::new(name, value.as_bytes()).unwrap());
    (one.clone(), proptest::collection::vec(one, 0..3))
        .prop_map(|(first, rest)| {
            rest.iter().fold(Attributes::new(&first), |all, one| all.with(one)).into_owned()
        })
        .boxed()
}

pub fn etrn() -> BoxedStrategy<Etrn<'static>> {
    let scope = select(vec![EtrnScope::Node, EtrnScope::Subdomains, EtrnScope::Queue]);
    let node = prop_oneof![name().prop_map(|name| name.to_string()), printable(30)];
    (scope, node)
        .prop_filter_map("no node", |(scope, node)| {
            Some(Etrn { scope, node: NodeName::new(node).ok()? })
        })
        .boxed()
}

pub fn query() -> BoxedStrategy<Query<'static>> {
    (text(), any::<bool>()).prop_map(|(text, smtputf8)| Query { text, smtputf8 }).boxed()
}

pub fn command() -> BoxedStrategy<Command<'static>> {
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

pub fn line() -> BoxedStrategy<String> {
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

pub fn reply() -> BoxedStrategy<Reply<'static>> {
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

pub fn words() -> BoxedStrategy<Words<'static>> {
    "([!-~]{1,6}( [!-~]{1,6}){0,3})?".prop_map(|text| Words::new(text).unwrap()).boxed()
}

/// The keywords that have no parameters of their own; the others have variants.
pub fn plain_keyword() -> BoxedStrategy<Keyword<'static>> {
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

pub fn keyword() -> BoxedStrategy<Keyword<'static>> {
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

pub fn ehlo_reply() -> BoxedStrategy<EhloReply<'static>> {
    (domain(), line(), proptest::collection::vec(keyword(), 0..5))
        .prop_map(|(domain, greet, keywords)| {
            let reply = EhloReply::new(&domain, &greet).unwrap();
            keywords.iter().fold(reply, |reply, keyword| reply.with(keyword).unwrap())
        })
        .boxed()
}

/// Octets that are nearly wire bytes: words of the grammar in any order.
pub fn nearly() -> BoxedStrategy<Vec<u8>> {
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
