/* version.h: which pnmlab this is. */
#ifndef PNM_VERSION_H
#define PNM_VERSION_H

/* "0.2.0 (e5a8b4e)": with the git revision it was built from, "-dirty" where the tree
 * had changes; "0.2.0" where the build knew of no revision. Result headers carry
 * PNM_VERSION alone, so that results of one version compare. */
const char *version_text(void);

#endif
