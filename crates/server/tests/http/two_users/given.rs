//! Somebody with things of their own, and somebody else who got hold of every key and id to them.

use crate::queries::find;
use crate::records::values;
use crate::saves::{activity, all_saved, message};
use crate::timeline::timeline;
use crate::world::{PASSWORD, Person, World, answer, read, sign_in};
use api::{
    ActivityTypeId, AddContact, AddId, Call, Contact, ContactId, ContactKind, DescribeQuery, EmailAddress, GetCard,
    GetKeptContacts, GetKeptQueries, GetMe, GetRecord, GetSettledAddresses, KeepAs, KeepContact, KeepQuery, LedgerId,
    ListQueries, ListSessions, LookUpSaved, MatchContacts, Matching, NewContact, PersonName, PostalAddress, Problem,
    ProblemCode, PromptValue, Query, QueryFolder, QueryForm, RecordId, RecordKind, RecordOutcome, RememberChoice,
    RunQuery, SaveAs, SaveId, SaveMessage, SaveReport, SessionId, SettleAddress, SignOut, SiteName, TimelineCursor,
    WriteRecord,
};
use reqwest::RequestBuilder;
use sim::imis::Edition;
use sim::imis::people::SHARED_ADDRESS;

/// Stands in what only the giver may see.
pub(super) const SECRET: &str = "Xq7secret";
/// Stands in what everybody at the giver's site may see.
pub(super) const THERE: &str = "Onlythere";

/// The giver's own, beside the mailbox.
pub(super) const OWN: &str = "tanaka@example.jp";

/// All that the giver has, with the keys and ids to it.
pub(super) struct Given {
    pub(super) session: SessionId,
    /// A query that the taker does not see where it is the manager's, and any other else.
    pub(super) query: Query,
    pub(super) form: QueryForm,
    pub(super) folder: QueryFolder,
    pub(super) cursor: TimelineCursor,
    /// An activity behind an access keyword, by a form.
    pub(super) legal: WriteRecord,
    pub(super) legal_record: RecordId,
    /// Another, with a file.
    pub(super) filed_record: RecordId,
    pub(super) file: String,
    /// A message saved, whose file is not there yet.
    pub(super) unfinished: SaveMessage,
    pub(super) unfinished_report: SaveReport,
    /// What the ledger says of it.
    pub(super) entry: LedgerId,
    /// Another.
    pub(super) waiting: SaveMessage,
    pub(super) add: AddContact,
    pub(super) added: Contact,
}

/// The two.
pub(super) struct Pair<'a> {
    pub(super) giver: Person<'a>,
    pub(super) taker: Person<'a>,
    pub(super) taker_name: &'static str,
    pub(super) same_site: bool,
    pub(super) given: Given,
}

pub(super) fn id(id: &str) -> ContactId {
    ContactId(id.to_owned())
}

pub(super) fn email(address: &str) -> EmailAddress {
    EmailAddress::parse(address).unwrap()
}

async fn begin<'a>(world: &'a World, (site, user): (&str, &str)) -> Person<'a> {
    let sign_in = api::SignIn { site: SiteName(site.to_owned()), ..sign_in(user, PASSWORD) };
    let signed_in: api::SignedIn = answer(world.call(&sign_in)).await.unwrap();
    world.person(&signed_in.token.0)
}

fn record(report: &SaveReport) -> RecordId {
    let RecordOutcome::Saved { record } = &report.records[0].outcome else { panic!("{report:?}") };
    record.clone()
}

fn legal() -> WriteRecord {
    WriteRecord {
        save: SaveId(uuid::Uuid::new_v4().to_string()),
        kind: RecordKind::Activity,
        type_id: "LEGAL".to_owned(),
        action: String::new(),
        utc_offset_minutes: 0,
        values: values(&[("DESCRIPTION", SECRET)]),
        contacts: vec![id("101")],
    }
}

fn newcomer() -> AddContact {
    let contact = NewContact {
        kind: ContactKind::Person,
        person: PersonName { first: "Nele".to_owned(), last: THERE.to_owned(), ..PersonName::default() },
        organisation_name: String::new(),
        organisation: None,
        title: String::new(),
        email: None,
        phones: Vec::new(),
        address: PostalAddress::default(),
        website: String::new(),
    };
    AddContact { add: AddId(uuid::Uuid::new_v4().to_string()), contact }
}

/// The key of a save in the ledger.
async fn entry(giver: &Person<'_>, save: &SaveMessage) -> LedgerId {
    let look = LookUpSaved { messages: vec![save.facts.clone()], ask_imis: false, utc_offset_minutes: 0 };
    giver.call(&look).await.unwrap().messages.remove(0).saves.remove(0).id.unwrap()
}

async fn keep_things(giver: &Person<'_>) {
    for (contact, keep) in [("103", KeepAs::Favourite), ("104", KeepAs::Recent)] {
        giver.call(&KeepContact { contact: id(contact), keep }).await.unwrap();
    }
    for (address, matching) in [("ada.lovelace@example.org", Matching::Never), (OWN, Matching::Own)] {
        giver.call(&SettleAddress { address: email(address), matching }).await.unwrap();
    }
    giver.call(&RememberChoice { address: email(SHARED_ADDRESS), contact: Some(id("106")) }).await.unwrap();
}

/// Runs a query with a telling answer and makes another a favourite.
async fn ask_queries(giver: &Person<'_>) -> (Query, QueryForm, QueryFolder) {
    let top = giver.call(&ListQueries { folder: None, text: String::new() }).await.unwrap();
    let secret = giver.call(&ListQueries { folder: None, text: "salaries".to_owned() }).await.unwrap();
    let query = match secret.queries.into_iter().next() {
        Some(salaries) => salaries,
        None => find(giver, "Members").await,
    };
    giver.call(&KeepQuery { query: query.id.clone(), favourite: true }).await.unwrap();
    let find = find(giver, "Find contacts").await.id;
    let form = giver.call(&DescribeQuery { query: find }).await.unwrap();
    let values = vec![PromptValue { name: form.prompts[0].name.clone(), values: vec![SECRET.to_owned()] }];
    let run = RunQuery { query: form.query.id.clone(), version: form.version.clone(), values, offset: 0, limit: 10 };
    giver.call(&run).await.unwrap();
    let last = top.folders.into_iter().next_back().unwrap();
    (query, form, last)
}

/// A message behind the access keyword, with its file.
async fn file(giver: &Person<'_>) -> (RecordId, String) {
    let store = SaveAs::Activity { activity_type: ActivityTypeId("LEGAL".to_owned()) };
    let mut ask = message(store, &["101"], &[&format!("{SECRET}.txt")]);
    SECRET.clone_into(&mut ask.message.subject);
    let filed = record(&giver.call(&ask).await.unwrap());
    let put: api::AttachmentReport = answer(giver.put(&ask.save, 0).body(SECRET)).await.unwrap();
    assert!(put.complete(), "{put:?}");
    let opened = giver.call(&GetRecord { record: filed.clone(), contact: id("101") }).await.unwrap();
    (filed, opened.attachments[0].id.clone())
}

impl<'a> Pair<'a> {
    /// Both sign in, and the giver does a bit of everything.
    pub(super) async fn new(
        world: &'a World,
        giver: (&'static str, &'static str),
        taker: (&'static str, &'static str),
    ) -> Self {
        let same_site = giver.0 == taker.0;
        let taker_name = taker.1;
        let (giver, taker) = (begin(world, giver).await, begin(world, taker).await);
        keep_things(&giver).await;
        let (query, form, folder) = ask_queries(&giver).await;
        let legal = legal();
        let legal_record = record(&giver.call(&legal).await.unwrap());
        let (filed_record, file) = file(&giver).await;
        let unfinished = message(activity(), &["101"], &["later.pdf"]);
        let unfinished_report = giver.call(&unfinished).await.unwrap();
        let waiting = message(activity(), &["101"], &["later.pdf"]);
        assert!(all_saved(&unfinished_report) && all_saved(&giver.call(&waiting).await.unwrap()));
        let entry = entry(&giver, &unfinished).await;
        let add = newcomer();
        let added = giver.call(&add).await.unwrap();
        let cursor = giver.call(&timeline("119")).await.unwrap().more.unwrap();
        let mine = ListSessions { whose: api::Whose::Mine, user_name: String::new() };
        let session = giver.call(&mine).await.unwrap().sessions.remove(0).id;
        let things = Given {
            session,
            query,
            form,
            folder,
            cursor,
            legal,
            legal_record,
            filed_record,
            file,
            unfinished,
            unfinished_report,
            entry,
            waiting,
            add,
            added,
        };
        Self { giver, taker, taker_name, same_site, given: things }
    }

    /// What the giver has now, to be compared.
    pub(super) async fn giver_has(&self) -> Vec<String> {
        let giver = &self.giver;
        let kept = giver.call(&GetKeptContacts).await.unwrap();
        let queries = giver.call(&GetKeptQueries).await.unwrap();
        let names = |queries: Vec<Query>| queries.into_iter().map(|query| query.name).collect::<Vec<_>>();
        let form = giver.call(&DescribeQuery { query: self.given.form.query.id.clone() }).await.unwrap();
        let ada = MatchContacts { addresses: vec![email("ada.lovelace@example.org")] };
        let legal = GetRecord { record: self.given.legal_record.clone(), contact: id("101") };
        let mine = ListSessions { whose: api::Whose::Mine, user_name: String::new() };
        let sessions = giver.call(&mine).await.unwrap().sessions;
        let added = giver.call(&GetCard { contact: self.given.added.id.clone() }).await.unwrap().contact;
        vec![
            format!("{:?}", kept.favourites.iter().chain(&kept.recent).map(|contact| &contact.id).collect::<Vec<_>>()),
            format!("{:?} {:?}", names(queries.favourites), names(queries.recent)),
            format!("{:?}", form.prompts[0].values),
            format!("{:?}", giver.call(&ada).await.unwrap().never),
            format!("{:?}", giver.call(&GetSettledAddresses).await.unwrap()),
            giver.call(&legal).await.unwrap().entry.title,
            format!("{:?}", sessions.iter().map(|session| &session.id).collect::<Vec<_>>()),
            format!("{} {:?}", added.name, added.title),
            giver.call(&GetMe).await.unwrap().user_name,
        ]
    }

    /// Sends it as the taker; whatever comes must hold nothing of the giver's.
    pub(super) async fn send(&self, request: RequestBuilder) -> (reqwest::StatusCode, String) {
        let answer = request.bearer_auth(&self.taker.token).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(!text.contains(SECRET), "{text}");
        assert!(self.same_site || !text.contains(THERE), "{text}");
        (status, text)
    }

    /// The taker's answer.
    pub(super) async fn ask<C: Call>(&self, call: &C) -> Result<C::Response, Problem> {
        self.send(self.taker.world.call(call)).await;
        self.taker.call(call).await
    }

    /// The taker must not get it.
    pub(super) async fn refused<C: Call>(&self, call: &C)
    where
        C::Response: std::fmt::Debug,
    {
        use ProblemCode::{Forbidden, Invalid, NotFound};
        let problem = self.ask(call).await.unwrap_err();
        assert!([Forbidden, NotFound, Invalid].contains(&problem.code), "{} {problem:?}", C::PATH);
    }

    /// The taker must not get it; at another site its number may be that of something else, which is then told instead.
    pub(super) async fn not_given<C: Call>(&self, call: &C)
    where
        C::Response: std::fmt::Debug,
    {
        if self.same_site {
            self.refused(call).await;
        } else {
            drop(self.ask(call).await);
        }
    }

    /// Ends the taker's session, and nothing else.
    pub(super) async fn sign_out(self) {
        self.taker.call(&SignOut).await.unwrap();
        assert_eq!(self.taker.call(&GetMe).await.unwrap_err().code, ProblemCode::SignedOut);
        self.giver.call(&GetMe).await.unwrap();
    }

    /// The taker asks iMIS beside our server, with a token of their own.
    pub(super) async fn ask_imis_itself(&self, edition: Edition) {
        let world = self.taker.world;
        let form = [("grant_type", "password"), ("username", self.taker_name), ("password", PASSWORD)];
        let at = |path: &str| world.imis.url().join(path).unwrap();
        let token = world.http.post(at("token")).form(&form).send().await.unwrap().text().await.unwrap();
        let token: serde_json::Value = serde_json::from_str(&token).unwrap();
        let token = token["access_token"].as_str().unwrap();
        let key = self.given.legal_record.0.strip_prefix("Activity:").unwrap();
        let (activity, file) =
            (format!("api/Activity/{key}"), format!("api/LegacyActivityAttachment/{}", self.given.file));
        let mut query = at(if edition == Edition::Ems { "api/query" } else { "api/iqa" });
        query.query_pairs_mut().append_pair("QueryName", "$/Secret/Salaries");
        let requests = [
            world.http.get(at(&activity)),
            world.http.delete(at(&activity)),
            world.http.get(at(&file)),
            world.http.get(query),
        ];
        for request in requests {
            let answer = request.bearer_auth(token).send().await.unwrap();
            let (status, url) = (answer.status(), answer.url().clone());
            assert_eq!(status.as_u16(), 403, "{url}");
            assert!(!answer.text().await.unwrap().contains(SECRET));
        }
        // And through the server, where the person has made the record's name up.
        let ask = GetRecord { record: self.given.legal_record.clone(), contact: id("101") };
        self.refused(&ask).await;
        let asked = world.request(reqwest::Method::POST, DescribeQuery::PATH);
        let forged = DescribeQuery { query: self.given.query.id.clone() };
        let refused = read::<QueryForm>(asked.bearer_auth(&self.taker.token).json(&forged).send().await.unwrap()).await;
        assert_eq!(refused.unwrap_err().code, ProblemCode::NotFound);
    }
}
