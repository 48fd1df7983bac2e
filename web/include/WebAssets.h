// The browser's files inside the binary.
#ifndef TELLTALE_WEB_ASSETS_H
#define TELLTALE_WEB_ASSETS_H

#include <stddef.h>

struct telltale_asset {
    /// Below web/, such as "js/app.js".
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

size_t telltale_asset_count(void);

/// - index: below telltale_asset_count().
struct telltale_asset telltale_asset(size_t index);

#endif
