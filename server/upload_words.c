/*
 * What the import says of files and rows, in the words of a page: in French, and without the options of the command line. In
 * a pattern, * is a run that the translation repeats, # at the end is the rest, left out. What no pattern knows stays as it
 * is.
 */
#include <string.h>

#include "server/upload_form.h"

static const struct {
    const char *said, *fr, *en;
} WORDS[] = {
    /* rows */
    {"it has none", "la ligne n'a pas de position", "the row has no position"},
    {"nothing says that this is surveillance#", "rien ne dit que c'est de la surveillance ; choisissez la catégorie de toutes les lignes",
        "nothing says that this is surveillance; choose the category of all rows"},
    {"\"*\" is not a kind of surveillance that is known#", "« * » n'est pas un genre de surveillance connu ; choisissez la catégorie de toutes les lignes",
        "\"*\" is not a kind of surveillance that is known; choose the category of all rows"},
    {"\"*\" is not a status that is known", "« * » n'est pas un état connu", "\"*\" is not a status that is known"},
    {"\"*\" is not one of #", "« * » n'est pas une catégorie connue", "\"*\" is not a category that is known"},
    {"\"*\" is not a coordinate", "« * » n'est pas une coordonnée", "\"*\" is not a coordinate"},
    {"it is empty", "c'est vide", "it is empty"},
    {"its text is longer than * bytes", "son texte dépasse * octets", "its text is longer than * bytes"},
    {"a line is not one place#", "une ligne n'est pas un lieu ; seuls des points sont pris", "a line is not one place; only points are taken"},
    {"an area is not one place#", "une surface n'est pas un lieu ; seuls des points sont pris", "an area is not one place; only points are taken"},
    {"several points in one row", "plusieurs points dans une seule ligne", "several points in one row"},
    {"nothing says which projection these metres are in#", "rien ne dit dans quel système sont ces coordonnées en mètres ; choisissez-le sous « Colonnes et source »",
        "nothing says which projection these metres are in; choose it under \"Columns and source\""},
    {"the coordinates are neither degrees nor Lambert-93#", "ces coordonnées ne sont ni des degrés ni du Lambert-93 ; choisissez leur système sous « Colonnes et source »",
        "the coordinates are neither degrees nor Lambert-93; choose their system under \"Columns and source\""},
    {"the coordinates fall outside what their projection can express", "les coordonnées sortent de leur système", "the coordinates fall outside what their system can express"},
    {"the coordinates are not finite", "les coordonnées ne sont pas des nombres finis", "the coordinates are not finite"},
    {"0, 0 stands for no position", "0, 0 veut dire : pas de position", "0, 0 stands for no position"},
    {"the coordinates are out of range#", "les coordonnées sont hors limites : la longitude va de -180 à 180, la latitude de -90 à 90 ; sont-elles échangées ?",
        "the coordinates are out of range: longitude is -180 to 180, latitude -90 to 90; were they swapped?"},
    {"a spreadsheet broke the numbers#", "un tableur a abîmé les nombres : ils ont plusieurs points, et on ne sait plus lequel est la virgule",
        "a spreadsheet broke the numbers: they hold several points, and which is the decimal one cannot be told"},
    {"surveillance:type: a guard is a person, not a device", "un gardien est une personne, pas un dispositif", "a guard is a person, not a device"},
    {"man_made: no tag says that this is surveillance", "aucune étiquette ne dit que c'est de la surveillance", "no tag says that this is surveillance"},
    {"private_home: cameras of homes are not taken in", "c'est une caméra d'un domicile : elles ne sont pas prises", "cameras of homes are not taken in"},
    {"this id was in the file already", "cet identifiant était déjà dans le fichier", "this id was in the file already"},
    {"withdrawn: #", "elle a été retirée de cette carte et n'y revient pas par un fichier", "it was taken off this map and does not come back by a file"},
    {"its geometry has too many points", "sa géométrie a trop de points", "its geometry has too many points"},
    {"it has more fields than the header has columns", "la ligne a plus de cases que l'en-tête n'a de colonnes", "it has more fields than the header has columns"},
    {"a quotation mark is opened and never closed", "un guillemet est ouvert et jamais fermé", "a quotation mark is opened and never closed"},
    {"its coordinates cannot be read in that projection", "ses coordonnées ne se lisent pas dans ce système", "its coordinates cannot be read in that system"},
    {"geometry: #", "sa géométrie ne se lit pas", "its geometry cannot be read"},
    {"category: a police file is never a point#", "un fichier de police n'est jamais un point", "a police file is never a point"},
    {"*: it has more than # characters#", "* : c'est trop long", "*: it is too long"},
    /* files */
    {"it holds no row#", "il ne contient aucune ligne ; la première doit donner les noms des colonnes, et les autres suivre",
        "it holds no row; the first line has to name the columns, and rows have to follow"},
    {"this is not a table", "ce n'est pas un tableau", "this is not a table"},
    {"it has more than * rows#", "il a plus de * lignes ; envoyez-le en plusieurs parties", "it has more than * rows; send it in parts"},
    {"it has more than * columns", "il a plus de * colonnes", "it has more than * columns"},
    {"layer * has #", "la couche * a trop de colonnes", "layer * has too many columns"},
    {"several sheets hold positions (*)#", "plusieurs feuilles ont des positions (*) ; écrivez ci-dessous le nom de celle qu'il faut lire",
        "several sheets hold positions (*); write the name of the one to read below"},
    {"no sheet has columns with positions (*)#", "aucune feuille n'a de colonnes de positions (*)", "no sheet has columns with positions (*)"},
    {"there is no layer * in it", "il n'a pas de feuille ni de couche *", "there is no sheet or layer * in it"},
    {"reading it takes too #", "sa lecture prend trop de temps ; envoyez-le en plusieurs parties", "reading it takes too long; send it in parts"},
    {"one row of it is too big", "une de ses lignes est trop grosse", "one row of it is too big"},
    {"it could not be read: the import process ended early#", "il n'a pas pu être lu : il est abîmé, ou trop gros une fois ouvert",
        "it could not be read: it is damaged, or too big once opened"},
    {"what it is cannot be told#", "ce n'est ni un tableur ni un fichier de carte que nous lisons : CSV, ODS, XLSX, GeoJSON, KML, GPX, GeoPackage, Shapefile en zip, FlatGeobuf",
        "it is neither a spreadsheet nor a map file that is read: CSV, ODS, XLSX, GeoJSON, KML, GPX, GeoPackage, zipped Shapefile, FlatGeobuf"},
    {"this is markup (*) that is not read#", "c'est du balisage (*) qui ne se lit pas ; KML et GPX se lisent", "this is markup (*) that is not read; KML and GPX are"},
    {"it holds a DOCTYPE or an ENTITY#", "il contient un DOCTYPE ou une ENTITY, dont aucun fichier de carte n'a besoin ; enlevez-les",
        "it holds a DOCTYPE or an ENTITY, which no map file needs; remove it"},
    {"it is a link to a file elsewhere#", "ce n'est qu'un lien vers un fichier d'ailleurs (NetworkLink) ; téléchargez ce fichier et versez-le",
        "it is only a link to a file elsewhere (NetworkLink); download that file and upload it"},
    {"this markup is not in UTF-8#", "ce balisage n'est pas en UTF-8 ; enregistrez-le en UTF-8", "this markup is not in UTF-8; save it as UTF-8"},
    {"this zip file unpacks to #", "ce fichier zip grossit hors de proportion quand on l'ouvre ; il est refusé", "this zip file unpacks to far too much; it is refused"},
    {"it unpacks to more than there is room for", "il grossit hors de proportion quand on l'ouvre ; il est refusé", "it unpacks to far too much; it is refused"},
    {"this zip file holds no Shapefile#", "ce fichier zip ne contient ni Shapefile ni KML ; ouvrez-le et versez ce qu'il contient",
        "this zip file holds no Shapefile and no KML; unpack it and upload what is in it"},
    {"this zip file holds * files#", "ce fichier zip contient * fichiers, c'est trop", "this zip file holds * files, which is too many"},
    {"this zip file is #", "ce fichier zip est abîmé ou coupé", "this zip file is damaged or cut off"},
    {"this gzip file is #", "ce fichier gzip est abîmé ou coupé", "this gzip file is damaged or cut off"},
    {"it is packed with bzip2#", "il est comprimé par bzip2 ; décomprimez-le d'abord", "it is packed with bzip2; unpack it first"},
    {"it is packed twice", "il est comprimé deux fois", "it is packed twice"},
    {"this is one part of a Shapefile#", "ce n'est qu'une partie d'un Shapefile ; versez-le en zip, avec ses .dbf, .shx et .prj",
        "this is one part of a Shapefile; upload it zipped, with its .dbf, .shx and .prj"},
    {"its crs is a link to another place#", "son système de coordonnées est un lien vers ailleurs ; seul un nom comme EPSG:2154 se lit",
        "its crs is a link to another place; only a name such as EPSG:2154 is read"},
    {"its crs * is not known", "son système de coordonnées * n'est pas connu", "its crs * is not known"},
    {"the file is broken after *", "le fichier est abîmé (after *)", "the file is broken after *"},
    {"the file is broken at line *", "le fichier est abîmé à la ligne *", "the file is broken at line *"},
    {"this JSON ends too early#", "ce JSON est coupé avant la fin", "this JSON is cut off"},
    {"this JSON is broken#", "ce JSON est abîmé", "this JSON is broken"},
    {"this JSON is #", "ce JSON n'est pas du GeoJSON", "this JSON is not GeoJSON"},
    {"this is TopoJSON#", "c'est du TopoJSON ; enregistrez-le en GeoJSON", "this is TopoJSON; save it as GeoJSON"},
    {"it looks like *", "il a l'air d'un fichier *", "it looks like *"},
    {"mapping: *: there is no column \"#", "* : la colonne choisie n'est pas dans le fichier", "*: the chosen column is not in the file"},
    {"mapping: projection \"*\" is not known#", "le système de coordonnées « * » n'est pas connu", "the projection \"*\" is not known"},
    {"projection * is not known#", "le système de coordonnées * n'est pas connu", "the projection * is not known"},
    /* the page's own */
    {"log in first, or type the code of your workshop", "connectez-vous d'abord, ou écrivez le code de votre atelier", "log in first, or type the code of your workshop"},
    {"no file was chosen", "aucun fichier n'a été choisi", "no file was chosen"},
    {"this file is empty; choose another one", "ce fichier est vide ; choisissez-en un autre", "this file is empty; choose another one"},
    {"the file is larger than * MB; send it in parts", "le fichier dépasse * Mo ; envoyez-le en plusieurs parties", "the file is larger than * MB; send it in parts"},
    {"as_of: \"*\" is not a date#", "« * » n'est pas une date ; écrivez par exemple 2026-10", "\"*\" is not a date; write for example 2026-10"},
    {"source_url: an address begins#", "l'adresse de la source commence par https:// ou http://", "the source's address begins with https:// or http://"},
    {"*: there is no column #", "* : cette colonne n'est pas dans le fichier", "*: there is no such column in the file"},
    {"nothing of this file is new or changed#", "rien de ce fichier n'est nouveau ni changé : il n'y a rien à proposer",
        "nothing of this file is new or changed: there is nothing to propose"},
    {"it would change more than * records at once#", "il changerait plus de * fiches d'un coup ; versez-le en plusieurs fichiers",
        "it would change more than * records at once; upload it in smaller files"},
    {"record * was changed just now#", "la fiche * vient d'être changée ; faites relire le fichier", "record * was changed just now; have the file read again"},
    {"record * went away meanwhile#", "la fiche * a été retirée entre-temps ; faites relire le fichier", "record * went away meanwhile; have the file read again"},
    {"this file was taken in already#", "ce fichier a déjà été pris ; versez-le encore pour en proposer davantage", "this file was taken in already; upload it again to propose more of it"},
    {"this file is being taken in just now", "ce fichier est en train d'être enregistré", "this file is being stored just now"},
    {"this file is being read#", "ce fichier est en train d'être lu ; attendez un instant", "this file is being read; wait a moment"},
    {"this file could not be read#", "ce fichier n'a pas pu être lu ; corrigez d'abord ce qui ne va pas", "this file could not be read; correct what is wrong first"},
    {"the server was stopped before it could be read#", "le serveur a été arrêté avant de le lire ; versez-le encore", "the server was stopped before it could be read; upload it again"},
};

/* Whether the text is what the pattern says; *run: what stands for its *. */
static bool fits(struct str text, const char *pattern, struct str *run)
{
    struct str rest = str_of(pattern);
    bool open = str_ends(rest, S("#"));
    if (open)
        rest = str_slice(rest, 0, rest.len - 1);
    size_t star = str_find(rest, S("*"));
    *run = S("");
    if (star == SIZE_MAX)
        return open ? str_starts(text, rest) : str_eq(text, rest);
    struct str before = str_slice(rest, 0, star), after = str_slice(rest, star + 1, rest.len);
    size_t hash = str_find(after, S("#"));
    if (hash != SIZE_MAX)
        after = str_slice(after, 0, hash);
    if (!str_starts(text, before))
        return false;
    struct str tail = str_slice(text, before.len, text.len);
    if (!open && (tail.len < after.len || !str_ends(tail, after)))
        return false;
    size_t at = open ? str_find(tail, after) : tail.len - after.len;
    *run = str_slice(tail, 0, at);
    return at != SIZE_MAX;
}

void upload_why(struct page *p, struct str why)
{
    for (size_t i = 0; i < COUNT(WORDS); i++) {
        struct str run, rest = str_of(p->french ? WORDS[i].fr : WORDS[i].en);
        AUTO(buf) text = {0};
        if (!fits(why, WORDS[i].said, &run))
            continue;
        size_t star = str_find(rest, S("*"));
        buf_add(&text, str_slice(rest, 0, star == SIZE_MAX ? rest.len : star));
        if (star != SIZE_MAX) {
            buf_add(&text, run);
            buf_add(&text, str_slice(rest, star + 1, rest.len));
        }
        page_text(p, buf_str(&text));
        return;
    }
    page_text(p, why);
}
