/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

/* The only global variable: a signal handler has nowhere else to write. */
static volatile sig_atomic_t pending = 0;

static void remember(int signal_number)
{
    (void)signal_number;
    pending = 1;
}

/* A signal that is ignored stays so: nohup and a shell's & ask for that. */
static void catch (int signal_number, int flags)
{
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = remember;
    action.sa_flags = flags;
    if (sigaction(signal_number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(signal_number, &action, NULL);
}

void interrupt_catch(void)
{
    struct sigaction ignore;
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    catch (SIGINT, (int)SA_RESETHAND);
    catch (SIGTERM, (int)SA_RESETHAND);
    /* A terminal that closes may send it twice, and the limit of processor time does so
     * every second. */
    catch (SIGHUP, 0);
    catch (SIGXCPU, 0);
    /* A write beyond the limit of file sizes then fails, as on a full disk. */
    sigaction(SIGXFSZ, &ignore, NULL);
}

bool interrupt_pending(void)
{
    return pending != 0;
}

void interrupt_hold(void)
{
    pending = 0;
}

void interrupt_release(void)
{
    pending = 1;
}

int interrupt_check(struct error *error)
{
    return interrupt_pending() ? error_set(error, STATUS_INTERRUPTED, "interrupted")
                               : STATUS_OK;
}
