// SPDX-License-Identifier: BSD-3-Clause
//
// walk.js PORT USER AUTH_PASSPHRASE PRIV_PASSPHRASE OID: one line "OID TYPE HEX" for each instance,
// over SNMPv3 authPriv (SHA, AES). Exits with 1 at any error.
"use strict";

const snmp = require("net-snmp");
const [port, name, authKey, privKey, root] = process.argv.slice(2);
const user = {
    name,
    level: snmp.SecurityLevel.authPriv,
    authProtocol: snmp.AuthProtocols.sha,
    authKey,
    privProtocol: snmp.PrivProtocols.aes,
    privKey,
};
const session = snmp.createV3Session("127.0.0.1", user, { port: Number(port), timeout: 60000 });

session.subtree(
    root,
    20,
    (varbinds) => {
        for (const varbind of varbinds) {
            if (snmp.isVarbindError(varbind)) {
                console.error(snmp.varbindError(varbind));
                process.exit(1);
            }
            const value = Buffer.isBuffer(varbind.value)
                ? varbind.value.toString("hex").toUpperCase()
                : String(varbind.value);
            console.log(`.${varbind.oid} ${snmp.ObjectType[varbind.type]} ${value}`);
        }
    },
    (error) => {
        session.close();
        if (error) {
            console.error(error.message);
            process.exit(1);
        }
    },
);
