/*
 * Whose it is: operators and vendors as mappers and tables write them. A town hall has one name, a firm one spelling,
 * telephone numbers are cut off, and what looks like a person is dropped: it documents nobody's equipment but their own.
 */
#include <string.h>

#include "data/import_row.h"

/* Given names met most among the living in France and its neighbours (INSEE, fichier des prénoms), folded. */
static const char GIVEN[] =
    " adam adrien agathe agnes alain albert alexandra alexandre alexis alice aline amandine amelie anais andre andrea anita anna anne annie "
    "anthony antoine antonio arnaud arthur audrey aurelie aurelien aurore axel baptiste beatrice benjamin benoit bernadette bernard bertrand "
    "brigitte bruno camille carine carla carlos carole caroline catherine cecile cedric celia celine chantal charles charlotte chloe "
    "christelle christian christiane christine christophe claire clara claude claudine clement coralie corinne cyril damien daniel daniele "
    "danielle david delphine denis denise didier dominique dylan edith eliane elisabeth elodie emilie emma emmanuel emmanuelle enzo eric "
    "estelle ethan etienne eugene eva evelyne fabien fabienne fabrice fanny fatima felix fernand florence florent florian francis franck "
    "francois francoise frank frederic frederique gabriel gaelle gaetan genevieve georges georgette gerald gerard germaine ghislaine "
    "gilbert gilles ginette giovanni giuseppe gregory guillaume gustave guy hans helene henri henriette herve hugo hugues huguette ines "
    "ingrid irene isabelle jack jacqueline jacques james jean jeanne jeannine jennifer jeremy jerome jessica joel joelle johanna john "
    "jonathan jordan jose joseph josette josiane juan julia julie julien juliette justine karim karine kevin klaus laetitia laura laure "
    "laurence laurent lea leo leon liliane lionel lisa loic louis louise luc lucas lucie lucien lucienne ludovic luigi lydie madeleine "
    "magali manon manuel marc marcel marcelle margaux marguerite maria marie marine mario marion marthe martine maryse mathieu mathilde "
    "matthieu maurice max maxime melanie melissa michael michel michele micheline michelle mireille mohamed monique morgane muriel nadia "
    "nadine nathalie nathan nicolas nicole nina noel noemie odette odile olivier oriane pascal pascale patrice patricia patrick paul paula "
    "paulette pauline peter philippe pierre pierrette quentin rachel raymond raymonde regine regis remi remy renaud rene renee richard "
    "robert roger roland romain rosa sabine sabrina samuel sandra sandrine sara sarah sebastien serge severine simon simone solange sonia "
    "sophie stefan stephane stephanie suzanne sylvain sylvie tanguy theo theodore therese thierry thomas tiphaine tristan valentin valerie "
    "vanessa veronique victor vincent violette virginie vivien wolfgang xavier yann yannick yolande yves yvette yvonne zoe ";

/* Firms that bear the name of somebody, folded. */
static const char *const FIRMS[] = {"louis vuitton", "yves rocher", "christian dior", "jean lefebvre", "jean paul gaultier", "jacques dessange",
    "franck provost", "jean louis david", "marie blachere", "alain afflelou", "louis pion", "eric bompard", "sophie lebreuilly", "robert bosch",
    "thomas cook", "marc orian", "e leclerc", "christian louboutin", "michel augustin", "marie claire", "nicolas feuillatte", "hugo boss",
    "max mara", "david lloyd", "victoria secret", "paul smith", "jules verne", "pierre cardin", "yves saint laurent", "jack jones", "jack wolfskin"};

/* With one of these among its words a name is no person's, folded. */
static const char BODIES[] =
    " sa sas sasu sarl eurl sci snc scop gmbh ag kg ltd llc inc co cie et und and fils freres associes association syndic agence hotel cafe "
    "bar restaurant brasserie boulangerie pharmacie garage tabac banque centre groupe group immobilier services service securite security "
    "systems telecom mairie ville commune region departement prefecture police gendarmerie lycee college ecole universite musee hopital "
    "clinique residence copropriete parking station gare metro tramway transports transport aeroport airport stade theatre cinema fondation "
    "societe company compagnie bank market supermarche coiffure optique opticien assurance assurances county sheriff city town township "
    "village department dept office state university institute institut council court school isd hoa properties apartments homes mall center "
    "plaza estate estates authority district stadt polizei gemeinde ";

static bool word_is_in(const char *list, struct str word)
{
    AUTO(buf) spaced = {0};
    buf_fmt(&spaced, " %.*s ", STR_ARG(word));
    return word.len && strstr(list, spaced.at) != NULL;
}

static bool is_capital(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] >= 'a' && word.at[i] <= 'z')
            return false;
    return word.len > 1;
}

/* "Jean Dupont", "DUPONT Jean", "J. Dupont": two to four words, none of a firm or an office, one of them a given name. */
static bool is_a_full_name(struct str name, struct arena *a)
{
    enum { WORDS_MAX = 4 };
    struct str folded = str_trim(str_fold(a, name)), rest = folded, word, words[WORDS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(FIRMS); i++)
        if (str_eq(folded, str_of(FIRMS[i])))
            return false;
    for (size_t i = 0; i < name.len; i++)
        if ((name.at[i] >= '0' && name.at[i] <= '9') || strchr("&/+@();:", name.at[i]))
            return false;
    while (str_next(&rest, ' ', &word)) {
        if (!word.len)
            continue;
        if (n == WORDS_MAX || word_is_in(BODIES, word))
            return false;
        words[n++] = word;
    }
    if (n < 2)
        return false;
    bool initial = words[0].len == 1 && name.len > 1 && name.at[1] == '.' && words[n - 1].len > 2;
    size_t space = str_find(name, S(" "));
    bool last_name_first = space != SIZE_MAX && is_capital(str_slice(name, 0, space)) && !is_capital(str_slice(name, space + 1, name.len)) &&
        word_is_in(GIVEN, words[1]);
    return initial || last_name_first || word_is_in(GIVEN, words[0]);
}

bool import_name_is_personal(struct str name, struct arena *a)
{
    static const char *const TITLES[] = {"M. ", "Mme ", "Mlle ", "Mr ", "Mr. ", "Mrs ", "Mrs. ", "Ms ", "Monsieur ", "Madame ", "Dr ",
        "Dr. ", "Famille ", "Family ", "Herr ", "Frau ", "Señor ", "Sig. "};
    static const char *const NOBODY[] = {"private", "privé", "prive", "privat", "particulier", "private person", "unknown", "inconnu",
        "yes", "no", "?", "propriétaire", "owner", "individual"};
    for (size_t i = 0; i < COUNT(TITLES); i++) {
        struct str title = str_of(TITLES[i]);
        if (name.len > title.len && str_eq_nocase(str_slice(name, 0, title.len), title))
            return true;
    }
    for (size_t i = 0; i < COUNT(NOBODY); i++)
        if (str_eq_nocase(name, str_of(NOBODY[i])))
            return true;
    return str_has(name, S("@")) || is_a_full_name(name, a);
}

/* Eight digits and more, with what stands between them in a telephone number, and the word before: cut out. */
static struct str without_telephone(struct str name, struct arena *a)
{
    enum { DIGITS_MIN = 8 };
    static const char *const WORDS[] = {"tél", "tel", "telephone", "téléphone", "phone", "mobile", "fax"};
    for (size_t i = 0; i < name.len; i++) {
        size_t digits = 0, end = i;
        if (name.at[i] != '+' && name.at[i] != '(' && (name.at[i] < '0' || name.at[i] > '9'))
            continue;
        for (size_t k = i; k < name.len && (strchr("0123456789 .-/()+", name.at[k])); k++)
            if (name.at[k] >= '0' && name.at[k] <= '9') {
                digits++;
                end = k + 1;
            }
        if (digits < DIGITS_MIN) {
            i = MAX(i, end ? end - 1 : i);
            continue;
        }
        struct str before = str_trim(str_slice(name, 0, i)), after = name;
        for (size_t w = 0; w < COUNT(WORDS); w++) {
            while (before.len && strchr(" .:,-/(", before.at[before.len - 1]))
                before = str_slice(before, 0, before.len - 1);
            struct str word = str_of(WORDS[w]);
            if (before.len >= word.len && str_eq_nocase(str_slice(before, before.len - word.len, before.len), word))
                before = str_slice(before, 0, before.len - word.len);
        }
        after = str_slice(name, end, name.len);
        while (after.len && strchr(" .:,-/)", after.at[0]))
            after = str_slice(after, 1, after.len);
        AUTO(buf) both = {0};
        buf_add(&both, str_trim(before));
        if (before.len && after.len)
            buf_char(&both, ' ');
        buf_add(&both, str_trim(after));
        return without_telephone(str_copy(a, buf_str(&both)), a);
    }
    return str_trim(name);
}

/* A town and its hall are one: « Mairie de Nice », « Commune de Nice », « Ville de Nice ». */
static struct str town_name(struct str name, struct arena *a)
{
    static const char *const HALLS[] = {"mairie d", "commune d", "ville d", "municipalité d", "municipalite d"};
    static const char *const JOINTS[] = {"e ", "u ", "es ", "'", "\xE2\x80\x99"};
    for (size_t i = 0; i < COUNT(HALLS); i++) {
        size_t n = strlen(HALLS[i]);
        if (name.len <= n || !str_eq_nocase(str_slice(name, 0, n), str_of(HALLS[i])))
            continue;
        struct str rest = str_slice(name, n, name.len);
        for (size_t k = 0; k < COUNT(JOINTS); k++) {
            struct str joint = str_of(JOINTS[k]);
            if (rest.len <= joint.len || !str_eq_nocase(str_slice(rest, 0, joint.len), joint))
                continue;
            AUTO(buf) out = {0};
            rest = str_trim(str_slice(rest, joint.len, rest.len));
            if (rest.len && rest.at[0] >= '0' && rest.at[0] <= '9')
                return name; /* a district's */
            buf_fmt(&out, "Ville d%s", k < 3 ? JOINTS[k] : "'");
            buf_add(&out, rest);
            return str_copy(a, buf_str(&out));
        }
    }
    return name;
}

static enum org_kind kind_of_operator(struct str name, struct str type, struct arena *a)
{
    static const struct {
        const char *text;
        enum org_kind means;
    } STARTS[] = {{"ville de", ORG_COMMUNE}, {"ville d", ORG_COMMUNE}, {"mairie", ORG_COMMUNE}, {"commune", ORG_COMMUNE},
        {"police municipale", ORG_COMMUNE}, {"metropole", ORG_INTERCOMMUNALITY}, {"communaute", ORG_INTERCOMMUNALITY},
        {"agglomeration", ORG_INTERCOMMUNALITY}, {"prefecture de police", ORG_POLICE_PREFECTURE}, {"prefecture", ORG_STATE},
        {"police nationale", ORG_STATE}, {"gendarmerie", ORG_STATE}, {"departement", ORG_DEPARTMENT}, {"conseil departemental", ORG_DEPARTMENT},
        {"conseil general", ORG_DEPARTMENT}, {"region", ORG_REGION}, {"conseil regional", ORG_REGION}, {"sncf", ORG_TRANSPORT},
        {"ratp", ORG_TRANSPORT}, {"tisseo", ORG_TRANSPORT}, {"rtm", ORG_TRANSPORT}, {"keolis", ORG_TRANSPORT}, {"transdev", ORG_TRANSPORT},
        {"universite", ORG_SCHOOL}, {"lycee", ORG_SCHOOL}, {"college", ORG_SCHOOL}, {"ecole", ORG_SCHOOL}};
    struct str folded = str_fold(a, name);
    for (size_t i = 0; i < COUNT(STARTS); i++)
        if (str_starts(folded, str_of(STARTS[i].text)))
            return STARTS[i].means;
    return str_eq(type, S("private")) || str_eq(type, S("business")) ? ORG_PRIVATE : ORG_UNKNOWN;
}

/* One spelling for the firms that are met most. */
static struct str vendor_name(struct str name, struct arena *a)
{
    static const struct {
        const char *folded, *name;
    } ALIASES[] = {{"axis", "Axis Communications"}, {"axis communications", "Axis Communications"}, {"hikvision", "Hikvision"},
        {"hik vision", "Hikvision"}, {"dahua", "Dahua"}, {"dahua technology", "Dahua"}, {"flock", "Flock Safety"},
        {"flock safety", "Flock Safety"}, {"bosch", "Bosch"}, {"bosch security systems", "Bosch"}, {"motorola", "Motorola Solutions"},
        {"motorola solutions", "Motorola Solutions"}, {"vigilant", "Motorola Solutions"}, {"vigilant solutions", "Motorola Solutions"},
        {"hanwha", "Hanwha Vision"}, {"hanwha vision", "Hanwha Vision"}, {"hanwha techwin", "Hanwha Vision"}, {"sony", "Sony"},
        {"panasonic", "Panasonic"}, {"avigilon", "Avigilon"}, {"genetec", "Genetec"}, {"briefcam", "BriefCam"}, {"thales", "Thales"},
        {"idemia", "Idemia"}, {"morpho", "Morpho"}, {"sagem", "Sagem"}, {"fareco", "Fareco"}};
    struct str folded = str_fold(a, name);
    for (size_t i = 0; i < COUNT(ALIASES); i++)
        if (str_eq(folded, str_of(ALIASES[i].folded)))
            return str_of(ALIASES[i].name);
    return name;
}

bool import_orgs(struct str operator_name, struct str operator_type, struct str vendor, struct arena *a, struct deployment *d, struct err *err)
{
    struct org_ref *orgs = ARENA_ARRAY(a, struct org_ref, 2);
    if (!orgs)
        return err_arena(err);
    operator_name = town_name(without_telephone(operator_name, a), a);
    vendor = without_telephone(vendor, a);
    if (operator_name.len && !import_name_is_personal(operator_name, a))
        orgs[d->n_orgs++] = (struct org_ref){.role = ROLE_OPERATOR, .name = str_copy(a, str_cut_runes(operator_name, 120)),
            .kind = kind_of_operator(operator_name, operator_type, a)};
    if (vendor.len && !import_name_is_personal(vendor, a))
        orgs[d->n_orgs++] = (struct org_ref){.role = ROLE_VENDOR, .name = str_copy(a, str_cut_runes(vendor_name(vendor, a), 120)), .kind = ORG_PRIVATE};
    d->orgs = orgs;
    return true;
}
