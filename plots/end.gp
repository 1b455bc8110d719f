# SPDX-License-Identifier: GPL-3.0-or-later
# Ends the picture OUT. An svg gets its title and the commands that made its tables, too.

unset multiplot
unset output
if (ending eq ".svg") {
    call = sprintf("sh '%s' '%s'", escaped(here."describe.sh"), escaped(OUT)). \
        sprintf(" '%s' %s", escaped(TITLE), ME[1:strlen(ME)-3])
    do for [t = 1:|TABLE|] {
        call = call.sprintf(" '%s'", escaped(TABLE[t]))
    }
    said = system(call)
    if (GPVAL_SYSTEM_ERRNO) {
        print ME.": ".OUT.": its description could not be written"
        exit status 1
    }
}
