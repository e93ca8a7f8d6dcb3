/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_PAGE_H
#define TERCET_APP_PAGE_H

#include <tercet/stack.h>

#include "base/text.h"

/* Append the page that shows a visitor his own connection, as HTML without any other resource. */
void page_put_html(const struct tercet_conn_info *info, struct text *text);

/* Append the same as plain text. */
void page_put_plain(const struct tercet_conn_info *info, struct text *text);

#endif
