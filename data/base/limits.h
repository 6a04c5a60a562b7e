/*
 * Every bound that a stranger can push against, with its unit and reason. Each has a test one past it.
 */
#ifndef DATA_BASE_LIMITS_H
#define DATA_BASE_LIMITS_H

enum {
    /* HTTP */
    TARGET_MAX_BYTES = 2048,              /* a request target; our longest own is under 900 */
    BODY_MAX_BYTES = 64 * 1024,           /* a contribution with ten sources is under 6 KiB */
    REQUEST_ARENA_BYTES = 8 * 1024 * 1024,
    CONNECTIONS_MAX = 4000,
    HEAD_DEADLINE_MS = 10 * 1000,         /* for a whole request head, however its bytes trickle */
    SEND_BUFFER_BYTES = 128 * 1024,       /* a slow reader holds this much of the kernel, no more */
    ZOOM_MAX = 22,
    PAGE_ITEMS_MAX = 1000,                /* features a page of /api; more is asked for page by page */
    API_BODY_MAX_BYTES = 256 * 1024,      /* a record with ten sources is under 6 KiB, a zone of 2,000 places under 100 */
    API_LIST_MAX = 500,                   /* devices, sources, claims… of one record */
    CHANGES_PAGE_MAX = 1000,              /* lines of /api/changes a page */
    /* forms */
    FORM_FIELDS_MAX = 128,                /* a contribution with ten sources has under 80 */
    FORM_NAME_MAX_BYTES = 64,             /* our longest is under 24 */
    FORM_TEXT_MAX_BYTES = 10 * 1024,      /* one text value, decoded; as one field of an import */
    FORM_BOUNDARY_MAX_BYTES = 70,         /* RFC 2046, 5.1.1 */
    FORM_PART_HEAD_MAX_BYTES = 2 * 1024,  /* the headers of one part: browsers send under 200 and the file's name */
    FORM_FILE_NAME_MAX_BYTES = 255,       /* as file systems have it */
    DRAFT_ZONE_CORNERS_MAX = 200,         /* of a zone typed or drawn: a district's outline has under 40 */
    DRAFT_ZONE_SIDE_MAX_M = 30 * 1000,    /* nobody surveys more at once */
    SHEET_LINES_MAX = 60,                 /* rows of one field sheet: its table has under 30 */
    FORWARDED_MAX_BYTES = 1024,           /* X-Forwarded-For: twenty addresses */
    /* a group's page */
    GROUP_TEXT_MAX_RUNES = 4000,          /* two printed pages */
    GROUP_CONTACT_MAX_RUNES = 200,        /* an address of mail has at most 254 bytes; usual ones are under 40 */
    /* proof of work */
    CHALLENGE_FRESH_S = 30 * 60,          /* time to fill in a form */
    CHALLENGE_FILL_S = 3,                 /* nobody fills in a form faster */
    CHALLENGES_SPENT_MAX = 8192,          /* remembered at once: past four accepted forms a second, older ones expire early */
    /* JSON */
    JSON_DEPTH_MAX = 32,
    JSON_VALUES_MAX = 10000,
    JSON_BODY_MAX_BYTES = 1024 * 1024,
    /* tiles read from files */
    MVT_MAX_BYTES = 8 * 1024 * 1024,      /* one vector tile, unpacked */
    MVT_FEATURES_MAX = 500000,
    /* drawing */
    DRAW_ARENA_BYTES = 512 * 1024 * 1024, /* one tile or picture */
    PICTURE_MAX_PX = 40 * 1000 * 1000,
    /* pictures by address */
    STATIC_BIG_PX = 4 * 1000 * 1000,      /* from here on one at a time: a screen at twice its px is under it */
    STATIC_SIDE_MAX_PX = 16383,          /* as WebP has it; Cairo's images end at 32767 */
    STATIC_SIDE_MIN_PX = 200,            /* of the whole, in px of 1/96 in: a smaller one cannot hold its credit */
    STATIC_SIDE_MAX_MM = 2000,            /* A0 is 1189 mm high */
    EXPRESSION_DEPTH_MAX = 32,
    EXPRESSION_STEPS_MAX = 10000,
    /* imports */
    IMPORT_TEXT_MAX_BYTES = 10 * 1024,    /* one field */
    IMPORT_PROPERTIES_MAX = 200,          /* of one row */
    IMPORT_VERTICES_MAX = 10000,          /* of one geometry */
    IMPORT_REFUSALS_SHOWN = 20,
    /* uploads: imports of strangers (the command line has no limit of rows) */
    UPLOAD_MAX_BYTES = 50 * 1000 * 1000,  /* the file */
    UPLOAD_BODY_MAX_BYTES = UPLOAD_MAX_BYTES + 256 * 1024, /* the form around it */
    UPLOAD_ROWS_MAX = 100 * 1000,
    UPLOAD_SECONDS = 30,                  /* of the child, by the clock and by the processor */
    UPLOAD_MEMORY_MB = 1024,              /* of the child */
    UPLOAD_CHANGES_MAX = 20 * 1000,       /* rows of one file that are proposed or applied: one transaction, some seconds */
    UPLOAD_READING_MAX = 2,               /* files read at once; others wait */
    UPLOADS_KEPT_MAX = 64,                /* in memory with their previews */
    UPLOAD_KEPT_MINUTES = 60,             /* each, at most */
    UPLOADS_EACH_MAX = 8,                 /* of them of one account or token: the oldest goes */
    UPLOAD_ROWS_SHOWN = 50,               /* of each class */
    UPLOAD_POINTS_MAX = 5000,             /* in a preview */
    UPLOAD_NAME_MAX_RUNES = 80,           /* what the source is called */
    FILTER_VALUES_MAX = 64,               /* values in one list of a filter */
    /* contributed photos */
    PHOTO_MAX_BYTES = 15 * 1000 * 1000,   /* as sent; telephones send 2 to 12 MB */
    PHOTO_MAX_PX = 40 * 1000 * 1000,      /* decoded in 512 MiB */
    PHOTO_SIDE_MAX_PX = 20000,
    PHOTO_SCANS_MAX = 64,                 /* of a progressive JPEG; usual are 10, and each costs a walk over the picture */
    PHOTO_BLURS_MAX = 64,                 /* rectangles in one photo */
    PHOTOS_A_CONTRIBUTION_MAX = 4,        /* of each side of a pole; each is up to 8 MB kept */
    PHOTOS_CLEANED_AT_ONCE_MAX = 2,       /* children, each of half a GiB */
    PHOTO_FORM_MAX_BYTES = 64 * 1024,     /* the fields beside the photo */
    PHOTO_CLEAN_SIDE_MAX_PX = 2048,       /* what is kept of it */
    PHOTO_CLEAN_MAX_BYTES = 8 * 1000 * 1000, /* 2048 by 2048 of noise is under 5 MB */
    PHOTO_CHILD_MEMORY_BYTES = 512 * 1024 * 1024,
    PHOTO_CHILD_CPU_S = 10,
    PHOTO_CHILD_WALL_MS = 15 * 1000,
};

#endif
