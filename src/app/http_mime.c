/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_mime.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct mime {
    const char *extension, *type;
};

/* Sorted by extension. */
static const struct mime mimes[] = {
    {"7z",          "application/x-7z-compressed"   },
    {"aac",         "audio/aac"                     },
    {"apng",        "image/apng"                    },
    {"atom",        "application/atom+xml"          },
    {"avif",        "image/avif"                    },
    {"bmp",         "image/bmp"                     },
    {"bz2",         "application/x-bzip2"           },
    {"c",           "text/plain; charset=utf-8"     },
    {"cjs",         "text/javascript; charset=utf-8"},
    {"css",         "text/css; charset=utf-8"       },
    {"csv",         "text/csv; charset=utf-8"       },
    {"epub",        "application/epub+zip"          },
    {"flac",        "audio/flac"                    },
    {"gif",         "image/gif"                     },
    {"gz",          "application/gzip"              },
    {"h",           "text/plain; charset=utf-8"     },
    {"htm",         "text/html; charset=utf-8"      },
    {"html",        "text/html; charset=utf-8"      },
    {"ico",         "image/vnd.microsoft.icon"      },
    {"ics",         "text/calendar; charset=utf-8"  },
    {"jpeg",        "image/jpeg"                    },
    {"jpg",         "image/jpeg"                    },
    {"js",          "text/javascript; charset=utf-8"},
    {"json",        "application/json"              },
    {"jsonld",      "application/ld+json"           },
    {"jxl",         "image/jxl"                     },
    {"log",         "text/plain; charset=utf-8"     },
    {"m4a",         "audio/mp4"                     },
    {"map",         "application/json"              },
    {"md",          "text/markdown; charset=utf-8"  },
    {"mjs",         "text/javascript; charset=utf-8"},
    {"mkv",         "video/matroska"                },
    {"mp3",         "audio/mpeg"                    },
    {"mp4",         "video/mp4"                     },
    {"oga",         "audio/ogg"                     },
    {"ogg",         "audio/ogg"                     },
    {"ogv",         "video/ogg"                     },
    {"opus",        "audio/ogg"                     },
    {"otf",         "font/otf"                      },
    {"pcap",        "application/vnd.tcpdump.pcap"  },
    {"pdf",         "application/pdf"               },
    {"png",         "image/png"                     },
    {"rss",         "application/rss+xml"           },
    {"svg",         "image/svg+xml"                 },
    {"tar",         "application/x-tar"             },
    {"ttf",         "font/ttf"                      },
    {"txt",         "text/plain; charset=utf-8"     },
    {"vtt",         "text/vtt; charset=utf-8"       },
    {"wasm",        "application/wasm"              },
    {"wav",         "audio/wav"                     },
    {"weba",        "audio/webm"                    },
    {"webm",        "video/webm"                    },
    {"webmanifest", "application/manifest+json"     },
    {"webp",        "image/webp"                    },
    {"woff",        "font/woff"                     },
    {"woff2",       "font/woff2"                    },
    {"xhtml",       "application/xhtml+xml"         },
    {"xml",         "application/xml"               },
    {"xz",          "application/x-xz"              },
    {"zip",         "application/zip"               },
    {"zst",         "application/zstd"              },
};

static int mime_compare(const void *key, const void *row) {
    return strcasecmp(key, ((const struct mime *)row)->extension);
}

const char *http_mime_type(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    const struct mime *found = NULL;
    /* A name that only begins with a dot has no extension. */
    if (dot && dot != name)
        found = bsearch(dot + 1, mimes, sizeof mimes / sizeof mimes[0], sizeof mimes[0],
                        mime_compare);
    return found ? found->type : "application/octet-stream";
}
