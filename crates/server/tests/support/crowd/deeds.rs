//! What people do: a bit of every route, with what is their own.

use super::{Person, Whose};
use api::{
    ActivityTypeId, AddContact, AddId, AttachmentName, AttachmentReport, ChangeRecord, CollectRecipients,
    ContactChange, ContactField, ContactId, ContactKind, DescribeQuery, EmailAddress, EndScope, EndSessions,
    ExportQuery, FieldValue, FindLikely, GetCard, GetCardColumns, GetContactOptions, GetKeptContacts, GetKeptQueries,
    GetMe, GetPicture, GetRecord, GetRecordForms, GetSaveTargets, GetSettledAddresses, GetTimeline, KeepAs,
    KeepContact, KeepQuery, ListQueries, ListSessions, LookUpSaved, MatchContacts, Matches, Matching, MessageFacts,
    MessageToSave, NewContact, PersonName, PostalAddress, PromptValue, QueryForm, RecordAttachment, RecordId,
    RecordKind, RecordOutcome, RememberChoice, RemoveRecord, RemoveSave, RenewSession, RunQuery, SaveAs, SaveId,
    SaveMessage, SavedAttachment, SearchContacts, SettleAddress, TargetContact, UpdateContact, WatchSaved, WriteRecord,
};
use reqwest::Method;
use std::collections::BTreeMap;

/// What a person remembers from one deed to the next.
#[derive(Debug, Default)]
pub(super) struct Mine {
    title: String,
    /// Activities they wrote, with what stands in them now.
    written: Vec<(RecordId, String)>,
    /// A saved message with a file.
    saved: Option<RecordId>,
    /// What the message saved last is known by.
    facts: Option<MessageFacts>,
    forms: BTreeMap<&'static str, QueryForm>,
    /// Whether something was kept, and so must be found again.
    kept: bool,
    never: bool,
    count: usize,
}

/// How many kinds of deed there are.
const DEEDS: usize = 19;

fn field(name: &str, value: &str) -> FieldValue {
    FieldValue { name: name.to_owned(), value: value.to_owned() }
}

fn save_id() -> SaveId {
    SaveId(uuid::Uuid::new_v4().to_string())
}

impl Person {
    /// Everything in turn with a beginning of one's own, then whatever comes.
    pub(super) async fn do_something(&mut self, done: usize) {
        let first = usize::try_from(self.clerk.party).unwrap_or(0);
        let deed = if done < DEEDS { (first + done) % DEEDS } else { self.random(DEEDS) };
        self.mine.count += 1;
        match deed {
            0 => self.be().await,
            1 => self.match_addresses().await,
            2 => self.never_match().await,
            3 => self.search().await,
            4 => self.look_at_card().await,
            5 => self.keep_contact().await,
            6 => self.add_contact().await,
            7 => self.change_contact().await,
            8 => self.write().await,
            9 => self.change_and_remove().await,
            10 => self.look_back().await,
            11 => self.save_message().await,
            12 => self.open_saved().await,
            13 => self.run_own_query().await,
            14 => self.answer_prompts().await,
            15 => self.queries_at_hand().await,
            16 => self.collect().await,
            17 => self.know_who_saved().await,
            _ => self.sessions().await,
        }
    }

    fn contact(&self) -> ContactId {
        ContactId(self.clerk.party.to_string())
    }

    fn email(&self) -> EmailAddress {
        EmailAddress::parse(&self.clerk.email).expect("an address")
    }

    fn never_address(marker: &str) -> EmailAddress {
        EmailAddress::parse(&format!("{marker}@never.example")).expect("an address")
    }

    /// Words that nobody wrote yet, with the marker in them.
    fn words(&self) -> String {
        format!("{} number {}", self.clerk.marker, self.mine.count)
    }

    async fn be(&mut self) {
        if let Some(me) = self.call(&GetMe, Whose::Own).await
            && me.user_name != self.clerk.user_name
        {
            self.tally.foreign.push(format!("{} is {}", me.user_name, self.clerk.user_name));
        }
        self.call(&GetSaveTargets, Whose::Anybody).await;
        self.call(&GetRecordForms, Whose::Anybody).await;
        self.call(&GetContactOptions, Whose::Anybody).await;
    }

    async fn match_addresses(&mut self) {
        let (own, never, other) =
            (self.email(), Self::never_address(&self.clerk.marker), Self::never_address(&self.neighbour.marker));
        let ask = MatchContacts { addresses: vec![own, never.clone(), other] };
        let request = self.request(Method::POST, <MatchContacts as api::Call>::PATH).json(&ask);
        let Some(text) = self.send_unread(<MatchContacts as api::Call>::PATH, request).await else { return };
        let mut matches: Matches = serde_json::from_str(&text).expect("matches");
        // The addresses that were asked for and not looked up say nothing of anybody.
        matches.failed.clear();
        let text = serde_json::to_string(&matches).expect("JSON");
        self.look("match", &text, Whose::Own);
        if matches.never.contains(&never) != self.mine.never {
            self.tally.foreign.push(format!("match: the never list of {} is another's", self.clerk.marker));
        }
    }

    async fn never_match(&mut self) {
        let never = self.random(4) != 0;
        let matching = if never { Matching::Never } else { Matching::Always };
        let ask = SettleAddress { address: Self::never_address(&self.clerk.marker), matching };
        if self.call(&ask, Whose::Anybody).await.is_some() {
            self.mine.never = never;
        }
        let whose = if self.mine.never { Whose::Own } else { Whose::Anybody };
        self.call(&GetSettledAddresses, whose).await;
        let ask = RememberChoice { address: self.email(), contact: Some(self.contact()) };
        self.call(&ask, Whose::Anybody).await;
    }

    async fn search(&mut self) {
        let ask = SearchContacts { text: self.clerk.marker.clone(), kind: None, inactive: false };
        self.call(&ask, Whose::Own).await;
    }

    async fn look_at_card(&mut self) {
        let contact = self.contact();
        self.call(&GetCard { contact: contact.clone() }, Whose::Own).await;
        self.call(&GetCardColumns { contact: contact.clone() }, Whose::Anybody).await;
        self.call(&GetPicture { contact }, Whose::Anybody).await;
    }

    async fn keep_contact(&mut self) {
        let keep = if self.random(2) == 0 { KeepAs::Favourite } else { KeepAs::Recent };
        let ask = KeepContact { contact: self.contact(), keep };
        self.mine.kept |= self.call(&ask, Whose::Anybody).await.is_some();
        let whose = if self.mine.kept { Whose::Own } else { Whose::Anybody };
        self.call(&GetKeptContacts, whose).await;
    }

    fn new_contact(&self) -> NewContact {
        NewContact {
            kind: ContactKind::Person,
            person: PersonName { first: "Clerk".to_owned(), last: self.clerk.marker.clone(), ..PersonName::default() },
            organisation_name: String::new(),
            organisation: None,
            title: String::new(),
            email: None,
            phones: Vec::new(),
            address: PostalAddress::default(),
            website: String::new(),
        }
    }

    async fn add_contact(&mut self) {
        let contact = self.new_contact();
        self.call(&FindLikely { contact: contact.clone() }, Whose::Own).await;
        let add = AddContact { add: AddId(uuid::Uuid::new_v4().to_string()), contact };
        self.call(&add, Whose::Own).await;
    }

    async fn change_contact(&mut self) {
        let title = self.words();
        let change = ContactChange {
            field: ContactField::Title,
            phone_kind: String::new(),
            from: self.mine.title.clone(),
            to: title.clone(),
        };
        let ask = UpdateContact { contact: self.contact(), changes: vec![change] };
        if self.call(&ask, Whose::Own).await.is_some() {
            self.mine.title = title;
        }
    }

    async fn write(&mut self) {
        let words = self.words();
        let ask = WriteRecord {
            save: save_id(),
            kind: RecordKind::Activity,
            type_id: "CALL".to_owned(),
            action: String::new(),
            utc_offset_minutes: 0,
            values: vec![field("DESCRIPTION", &words)],
            contacts: vec![self.contact()],
        };
        let Some(report) = self.call(&ask, Whose::Anybody).await else { return };
        if let RecordOutcome::Saved { record } = &report.records[0].outcome {
            self.mine.written.push((record.clone(), words));
        }
    }

    async fn change_and_remove(&mut self) {
        if self.mine.written.is_empty() {
            self.write().await;
        }
        let Some((record, words)) = self.mine.written.pop() else { return };
        let contact = self.contact();
        let new = self.words();
        let ask = ChangeRecord {
            record: record.clone(),
            contact: contact.clone(),
            from: vec![field("DESCRIPTION", &words)],
            to: vec![field("DESCRIPTION", &new)],
        };
        self.call(&ask, Whose::Own).await;
        self.call(&RemoveRecord { record, contact }, Whose::Anybody).await;
    }

    async fn look_back(&mut self) {
        if self.mine.written.is_empty() {
            self.write().await;
        }
        let contact = self.contact();
        let whose = if self.mine.written.is_empty() { Whose::Anybody } else { Whose::Own };
        let ask = GetTimeline {
            contact: contact.clone(),
            kinds: Vec::new(),
            type_id: String::new(),
            text: String::new(),
            after: None,
        };
        self.call(&ask, whose).await;
        if let Some((record, _)) = self.mine.written.last().cloned() {
            self.call(&GetRecord { record, contact }, Whose::Own).await;
        }
    }

    async fn save_message(&mut self) {
        let words = self.words();
        let save = save_id();
        let ask = SaveMessage {
            save: save.clone(),
            save_as: SaveAs::Activity { activity_type: ActivityTypeId("EMAIL".to_owned()) },
            contacts: vec![TargetContact { id: self.contact(), address: None, name: String::new() }],
            message: MessageToSave {
                message_id: format!("<{}@example.org>", save.0),
                subject: words.clone(),
                html: String::new(),
                text: words,
                sent_ms: None,
                received_ms: None,
                utc_offset_minutes: 0,
                from: None,
                recipients: Vec::new(),
                note: String::new(),
            },
            facts: MessageFacts { message_id: format!("<{}@example.org>", save.0), ..MessageFacts::default() },
            attachments: vec![SavedAttachment {
                name: AttachmentName::new(&format!("{}.txt", self.clerk.marker)),
                content_type: "text/plain".to_owned(),
            }],
            fields: vec![],
            again: true,
            resumes: false,
        };
        self.mine.facts = None;
        let Some(report) = self.call(&ask, Whose::Anybody).await else { return };
        self.mine.facts = Some(ask.facts);
        let RecordOutcome::Saved { record } = &report.records[0].outcome else { return };
        let path = AttachmentReport::path(&save, 0);
        let put = self.request(Method::PUT, &path).body(format!("a file of {}", self.clerk.marker));
        if self.send("/api/saves/{save}/attachments/{index}", put, Whose::Anybody).await.is_some() {
            self.mine.saved = Some(record.clone());
        }
    }

    /// Looks who saved a message, waits for what is newer than nothing, and takes the save back.
    async fn know_who_saved(&mut self) {
        self.save_message().await;
        let Some(facts) = self.mine.facts.clone() else { return };
        let look = LookUpSaved { messages: vec![facts.clone()], ask_imis: false, utc_offset_minutes: 0 };
        let Some(found) = self.call(&look, Whose::Anybody).await else { return };
        let [save] = &*found.messages[0].saves else {
            self.tally.lacking.push(format!("{} has no entry of its own", self.clerk.marker));
            return;
        };
        if !save.mine {
            self.tally.foreign.push(format!("a save of {} is another's", self.clerk.marker));
        }
        self.call(&WatchSaved { messages: vec![facts], version: found.version - 1 }, Whose::Anybody).await;
        let Some(entry) = save.id.clone() else { return };
        self.call(&RemoveSave { entry, reason: String::new() }, Whose::Anybody).await;
        self.mine.saved = None;
    }

    async fn open_saved(&mut self) {
        if self.mine.saved.is_none() {
            self.save_message().await;
        }
        let Some(record) = self.mine.saved.clone() else { return };
        let contact = self.contact();
        let opened = self.call(&GetRecord { record: record.clone(), contact: contact.clone() }, Whose::Own).await;
        let Some(file) = opened.and_then(|opened| opened.attachments.first().cloned()) else { return };
        let request = self.request(Method::GET, &RecordAttachment::path(&file, &record, &contact));
        self.send("/api/records/{record}/attachments/{id}", request, Whose::Own).await;
    }

    /// The form of a query, as it was told this person once.
    async fn form(&mut self, name: &'static str) -> Option<QueryForm> {
        if !self.mine.forms.contains_key(name) {
            let found = self.call(&ListQueries { folder: None, text: name.to_owned() }, Whose::Anybody).await?;
            let query = found.queries.into_iter().find(|query| query.name == name)?.id;
            let form = self.call(&DescribeQuery { query }, Whose::Anybody).await?;
            self.mine.forms.insert(name, form);
        }
        self.mine.forms.get(name).cloned()
    }

    async fn run_own_query(&mut self) {
        let Some(form) = self.form("Myself").await else { return };
        let (query, version) = (form.query.id, form.version);
        let run = RunQuery { query: query.clone(), version: version.clone(), values: vec![], offset: 0, limit: 50 };
        self.call(&run, Whose::Own).await;
        let export = ExportQuery { query, version, values: vec![] };
        let request = self.request(Method::POST, ExportQuery::PATH).json(&export);
        self.send(ExportQuery::PATH, request, Whose::Own).await;
    }

    async fn answer_prompts(&mut self) {
        let Some(form) = self.form("Find contacts").await else { return };
        let values = vec![PromptValue { name: form.prompts[0].name.clone(), values: vec![self.clerk.marker.clone()] }];
        let query = form.query.id.clone();
        let run = RunQuery { query: query.clone(), version: form.version, values, offset: 0, limit: 50 };
        self.call(&run, Whose::Own).await;
        // That the answer is remembered is a convenience, which a store with too much to do leaves out.
        self.call(&DescribeQuery { query }, Whose::Anybody).await;
    }

    /// What is kept is sealed for the person: what was another's would not open.
    async fn queries_at_hand(&mut self) {
        let Some(form) = self.form("Myself").await else { return };
        self.call(&KeepQuery { query: form.query.id, favourite: true }, Whose::Anybody).await;
        let Some(kept) = self.call(&GetKeptQueries, Whose::Anybody).await else { return };
        for query in kept.favourites.into_iter().chain(kept.recent).take(2) {
            self.call(&DescribeQuery { query: query.id }, Whose::Anybody).await;
        }
    }

    async fn collect(&mut self) {
        let ask = CollectRecipients { contacts: vec![self.contact()], ..CollectRecipients::default() };
        self.call(&ask, Whose::Own).await;
    }

    async fn sessions(&mut self) {
        let ask = ListSessions { whose: api::Whose::Mine, user_name: String::new() };
        self.call(&ask, Whose::Anybody).await;
        let ended = self.call(&EndSessions { scope: EndScope::MyOthers }, Whose::Anybody).await;
        if ended.is_some_and(|ended| ended.count > 0) {
            self.tally.foreign.push(format!("{} ended another's session", self.clerk.marker));
        }
        if let Some(renewed) = self.call(&RenewSession, Whose::Own).await {
            self.token = renewed.token.0;
        }
    }
}
