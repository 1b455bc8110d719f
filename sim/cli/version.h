/* SPDX-License-Identifier: GPL-3.0-or-later */
/* version.h: the version of pnmlab. */
#ifndef PNM_VERSION_H
#define PNM_VERSION_H

/* "0.3.0 (e5a8b4e)" with the git revision that was built, which ends in "-dirty" if the
 * tree had changes; "0.3.0" if the revision is unknown. Result headers hold PNM_VERSION
 * only, so that results of one version can be compared. */
const char *version_text(void);

#endif
