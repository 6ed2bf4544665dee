//! The people of the stories: who they are and under which addresses mail reaches them.
//!
//! This table is what the pages and the messages of the stand-in world agree on: a message that is to be matched
//! uses an address from here. Party ids, names and addresses here never change; new people get new rows.

/// How a contact stands with the association (imis.md §5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Status `A`.
    Active,
    /// Status `I`: kept for history.
    Inactive,
    /// Status `S`: access withdrawn for now.
    Suspended,
    /// Status `D`, with `IsMarkedForDelete`.
    MarkedForDelete,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct StoryPerson {
    /// Party id, which on this platform is the iMIS id.
    pub id: u32,
    /// Name prefix, such as `Ms.`; empty when there is none.
    pub prefix: &'static str,
    /// First name; empty for an organisation.
    pub first: &'static str,
    /// Last name, or the name of the organisation.
    pub last: &'static str,
    /// Job title at the organisation, or empty.
    pub title: &'static str,
    /// Party id of the primary organisation, or 0.
    pub organization: u32,
    /// E-mail addresses; the first is the primary one.
    pub emails: &'static [&'static str],
    /// Work telephone, or empty.
    pub phone: &'static str,
    /// City, two-letter country.
    pub place: (&'static str, &'static str),
    /// Member type code, the `CustomerTypeCode` attribute.
    pub member_type: &'static str,
    /// Standing.
    pub standing: Standing,
}

const fn person(
    id: u32,
    name: (&'static str, &'static str, &'static str),
    emails: &'static [&'static str],
    member_type: &'static str,
) -> StoryPerson {
    StoryPerson {
        id,
        prefix: name.0,
        first: name.1,
        last: name.2,
        title: "",
        organization: 0,
        emails,
        phone: "",
        place: ("", ""),
        member_type,
        standing: Standing::Active,
    }
}

impl StoryPerson {
    const fn works_as(mut self, title: &'static str, organization: u32) -> Self {
        self.title = title;
        self.organization = organization;
        self
    }

    const fn at(mut self, city: &'static str, country: &'static str, phone: &'static str) -> Self {
        self.place = (city, country);
        self.phone = phone;
        self
    }

    const fn stands(mut self, standing: Standing) -> Self {
        self.standing = standing;
        self
    }

    /// Whether the row is an organisation rather than a person.
    pub fn is_organization(&self) -> bool {
        self.first.is_empty()
    }
}

/// The two addresses that belong together in one sentence: Ruth and Tom share this one.
pub const SHARED_ADDRESS: &str = "office@harbour.example";

/// Everybody the stories name.
pub const STORY: &[StoryPerson] = &[
    person(101, ("Ms.", "Ada", "Lovelace"), &["ada.lovelace@example.org"], "REG").works_as("Analyst", 200).at(
        "London",
        "GB",
        "+44 20 5550 0101",
    ),
    person(102, ("", "José", "Núñez"), &["jose.nunez@example.org"], "REG").at("Sevilla", "ES", "+34 955 550 102"),
    person(103, ("Dr.", "Zoë", "Brandt"), &["zoe.brandt@example.net"], "STU").at("Zürich", "CH", "+41 44 555 01 03"),
    person(104, ("", "花子", "田中"), &["tanaka@example.jp"], "REG").at("東京", "JP", "+81 3 5550 0104"),
    // Two people, one address.
    person(105, ("", "Ruth", "Harbour"), &[SHARED_ADDRESS], "REG").works_as("Owner", 201).at("Bristol", "GB", ""),
    person(106, ("", "Tom", "Harbour"), &[SHARED_ADDRESS], "NM").works_as("Bookkeeper", 201).at("Bristol", "GB", ""),
    // Three addresses; mail may come from one that is not the primary one.
    person(
        107,
        ("Adm.", "Grace", "Hopper"),
        &["grace.hopper@acme.example", "grace@home.example", "g.hopper@navy.example"],
        "CM",
    )
    .works_as("Director", 200)
    .at("Arlington", "US", "+1 703 555 0107"),
    // Without e-mail.
    person(108, ("Mr.", "Edmund", "Paperson"), &[], "HON").at("Oxford", "GB", "+44 1865 550108"),
    person(109, ("", "Oskar", "Altmann"), &["old.member@example.org"], "REG")
        .at("Graz", "AT", "")
        .stands(Standing::Inactive),
    person(
        110,
        (
            "Prof.",
            "Maximiliana-Theodora Wilhelmina Constanze Alexandrina",
            "von Hohenstein-Wittgenstein-Schwarzenfels zu Altenburg und Reichenbach",
        ),
        &["long.name@example.org"],
        "REG",
    )
    .works_as("Commissioner for International Standards, Long-term Cooperation and Continuing Education", 202)
    .at("Altenburg", "DE", "+49 3447 5550110"),
    person(111, ("", "Maria", "Silva"), &["maria.silva@example.org"], "REG").works_as("Events Manager", 202).at(
        "Lisboa",
        "PT",
        "+351 21 555 0111",
    ),
    person(112, ("", "Łukasz", "Wójcik"), &["lukasz.wojcik@example.net"], "REG").at("Kraków", "PL", "+48 12 555 01 12"),
    person(113, ("", "Sven", "Sperr"), &["sven.sperr@example.org"], "REG")
        .at("Malmö", "SE", "")
        .stands(Standing::Suspended),
    person(114, ("", "Dora", "Doppelt"), &["dora.doppelt@example.org"], "NM")
        .at("Linz", "AT", "")
        .stands(Standing::MarkedForDelete),
    // Same name as 111, another person: only the id and the town tell them apart.
    person(115, ("", "Maria", "Silva"), &["m.silva@example.net"], "STU").at("Porto", "PT", ""),
    person(116, ("", "Séamus", "O'Brien"), &["seamus.o'brien@example.org"], "REG").at("Cork", "IE", "+353 21 555 0116"),
    person(117, ("", "أمينة", "حداد"), &["amina.haddad@example.net"], "REG").at("Tunis", "TN", ""),
    person(118, ("", "Nguyễn", "Thị Minh"), &["minh+board@example.org"], "CM").at("Hà Nội", "VN", ""),
    // Whose timeline is long.
    person(119, ("Dr.", "Theodora", "Langley"), &["theodora.langley@example.org"], "REG").works_as("Chair", 202).at(
        "Edinburgh",
        "GB",
        "+44 131 555 0119",
    ),
    // Whose records are written to do harm.
    person(120, ("", "Hector", "Vile"), &["hector.vile@example.net"], "NM").at("Napoli", "IT", ""),
    // Who has one enormous record.
    person(121, ("Ms.", "Berta", "Grossmann"), &["berta.grossmann@example.org"], "REG").at("Wien", "AT", ""),
    // Who has none at all.
    person(122, ("", "Nils", "Leer"), &["nils.leer@example.org"], "STU").at("Kiel", "DE", ""),
    // Who wants no e-mail.
    person(123, ("", "Carla", "Stumm"), &["carla.stumm@example.org"], "REG").at("Bern", "CH", "+41 31 555 01 23"),
    // Of whom there are many addresses, numbers and places.
    person(
        124,
        ("", "Rupert", "Manifold"),
        &[
            "rupert@manifold.example",
            "r.manifold@acme.example",
            "rupert.manifold@example.net",
            "rupert@home.example",
            "rm@federation.example",
            "rupert.manifold+lists@example.org",
        ],
        "CM",
    )
    .works_as("Adviser", 202)
    .at("Leeds", "GB", "+44 113 555 0124"),
    // Whose pictures are none.
    person(125, ("", "Gregor", "Falsch"), &["gregor.falsch@example.org"], "REG").at("Bonn", "DE", ""),
    person(126, ("", "Vera", "Vektor"), &["vera.vektor@example.org"], "REG").at("Brno", "", ""),
    person(200, ("", "", "Acme Institute"), &["info@acme.example"], "ORG").at("Austin", "US", "+1 512 555 0200"),
    person(201, ("", "", "Harbour & Daughters <Books>"), &["hello@harbour.example"], "ORG").at("Bristol", "GB", ""),
    person(202, ("", "", "Universal Federation for Standards"), &["contact@federation.example"], "ORG").at(
        "Genève",
        "CH",
        "+41 22 555 02 02",
    ),
];

/// The association's own staff and members who sign in: party id, user name, first and last name, address.
pub const SIGN_INS: &[(u32, &str, &str, &str, &str)] = &[
    (191, "MANAGER", "Maya", "Rivera", "maya.rivera@association.example"),
    (192, "STAFF1", "Hannah", "Weiss", "hannah.weiss@association.example"),
    (193, "STAFF2", "Peter", "Okafor", "peter.okafor@association.example"),
    (194, "READER1", "Ines", "Keller", "ines.keller@association.example"),
    (195, "MEMBER1", "Luca", "Romano", "luca.romano@example.org"),
    (196, "DISABLED1", "Otto", "Stein", "otto.stein@association.example"),
    (197, "STAFF3", "Lena", "Fuchs", "lena.fuchs@association.example"),
];

/// What `STAFF3` holds, and what it takes to see activities of the type of the same name (imis.md §16).
pub const ACCESS_KEYWORD: &str = "LEGAL";

/// The password of everybody who can sign in.
pub const PASSWORD: &str = "Passw0rd!";
