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
    /* forms */
    FORM_FIELDS_MAX = 128,                /* a contribution with ten sources has under 80 */
    FORM_NAME_MAX_BYTES = 64,             /* our longest is under 24 */
    FORM_TEXT_MAX_BYTES = 10 * 1024,      /* one text value, decoded; as one field of an import */
    FORM_BOUNDARY_MAX_BYTES = 70,         /* RFC 2046, 5.1.1 */
    FORM_PART_HEAD_MAX_BYTES = 2 * 1024,  /* the headers of one part: browsers send under 200 and the file's name */
    FORM_FILE_NAME_MAX_BYTES = 255,       /* as file systems have it */
    FORWARDED_MAX_BYTES = 1024,           /* X-Forwarded-For: twenty addresses */
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
    FILTER_VALUES_MAX = 64,               /* values in one list of a filter */
    /* contributed photos */
    PHOTO_MAX_BYTES = 15 * 1000 * 1000,   /* as sent; telephones send 2 to 12 MB */
    PHOTO_MAX_PX = 40 * 1000 * 1000,      /* decoded in 512 MiB */
    PHOTO_SIDE_MAX_PX = 20000,
    PHOTO_SCANS_MAX = 64,                 /* of a progressive JPEG; usual are 10, and each costs a walk over the picture */
    PHOTO_BLURS_MAX = 64,                 /* rectangles in one photo */
    PHOTO_CLEAN_SIDE_MAX_PX = 2048,       /* what is kept of it */
    PHOTO_CLEAN_MAX_BYTES = 8 * 1000 * 1000, /* 2048 by 2048 of noise is under 5 MB */
    PHOTO_CHILD_MEMORY_BYTES = 512 * 1024 * 1024,
    PHOTO_CHILD_CPU_S = 10,
    PHOTO_CHILD_WALL_MS = 15 * 1000,
};

#endif
