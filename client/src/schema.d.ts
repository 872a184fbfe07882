// Made by `npm run client` from the management API's own OpenAPI document. Do not edit.
/* oxlint-disable */

export interface paths {
    "/api/v1/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 备份整个节点（含节点密钥），由运行中的节点给出 */
        post: operations["backUpNode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 说明一次调用将如何判定、由哪一条款判定；不发起调用，不占配额 */
        post: operations["explain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listGrants"];
        put?: never;
        post: operations["createGrant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/grants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getGrant"];
        put: operations["changeGrant"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/grants/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 恢复已暂停的授权 */
        post: operations["resumeGrant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/grants/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 撤销授权，不可恢复；正在进行的传输 2 秒内中止 */
        post: operations["revokeGrant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/grants/{id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 暂停授权，可恢复 */
        post: operations["suspendGrant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listImports"];
        put?: never;
        /** 导入 CSV 或 XLSX（由 Content-Type 区分，至多 4 GB）；Accept: application/x-ndjson 时逐行报告进度，末行为 report 或 problem */
        post: operations["importTable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["removeImport"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 日志，最新在前 */
        get: operations["queryJournal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journal/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 导出日志，最早在前 */
        get: operations["exportJournal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getNode"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listNotices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices/{id}/seen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["seeNotice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 按授权的列、行条件和脱敏预览数据；预览记入日志，不占配额 */
        post: operations["preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listProducts"];
        put?: never;
        /** 建立草稿；不给编码时由节点按规则编 */
        post: operations["createProduct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/{product}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getProduct"];
        /** 修改草稿；已发布的产品另起新版本，发布前调用方仍用原版本 */
        put: operations["changeProduct"];
        post?: never;
        delete: operations["removeProduct"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/{product}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 最新版本能否发布，以及发布后哪些授权不再适合；不作任何修改 */
        get: operations["checkProduct"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/{product}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 发布最新版本；逐条说明不符合的规则，并列出不再适合的授权 */
        post: operations["publishProduct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/{product}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 撤销发布，调用即被拒绝 */
        post: operations["withdrawProduct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listResources"];
        put?: never;
        post: operations["addResource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{resource}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getResource"];
        put?: never;
        post?: never;
        delete: operations["removeResource"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{resource}/definition": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 由数据资源的列生成的产品定义，补全提供方和名称后即可使用；列数超过产品所能有的，应答头 x-columns-left-out 给出略去的列数 */
        get: operations["suggestDefinition"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{resource}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 给出查询的列与执行计划；不读取数据 */
        post: operations["explainResource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{resource}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 重新读取表结构；与已知的列不符时留下通知 */
        post: operations["refreshResource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 检查查询，给出其列与执行计划；不读取数据 */
        post: operations["explainQuery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sample": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 示例产品及其密钥 */
        get: operations["getSample"];
        put?: never;
        post?: never;
        /** 移除示例：授权、产品、主体、资源与数据表；没有示例时也成功 */
        delete: operations["removeSample"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSession"];
        put?: never;
        post: operations["logIn"];
        delete: operations["logOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSources"];
        put?: never;
        /** 测试通过后添加数据源 */
        post: operations["addSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{source}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSource"];
        put?: never;
        post?: never;
        delete: operations["removeSource"];
        options?: never;
        head?: never;
        patch: operations["changeSource"];
        trace?: never;
    };
    "/api/v1/sources/{source}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 检查数据源现在是否可用 */
        post: operations["checkSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{source}/tables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSourceTables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/describe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 由接口描述文件（OpenAPI 3、WSDL 1.1）得出设置，供核对后添加；不保存，也不读取外部引用 */
        post: operations["describeSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 测试设置而不保存 */
        post: operations["testSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subjects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSubjects"];
        put?: never;
        post: operations["createSubject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subjects/{subject}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSubject"];
        put?: never;
        post?: never;
        delete: operations["removeSubject"];
        options?: never;
        head?: never;
        patch: operations["updateSubject"];
        trace?: never;
    };
    "/api/v1/subjects/{subject}/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listCredentials"];
        put?: never;
        post: operations["issueCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subjects/{subject}/credentials/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["revokeCredential"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subjects/{subject}/credentials/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rotateCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subjects/{subject}/public-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getPublicKey"];
        put: operations["setPublicKey"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subjects/{subject}/webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getWebhook"];
        /** 设置通知地址；每次设置都换发签名密钥 */
        put: operations["setWebhook"];
        post?: never;
        delete: operations["removeWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subjects/{subject}/webhook/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subjects/{subject}/webhook/deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["retryWebhookDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subjects/{subject}/webhook/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** 发送一条测试通知 */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listTokens"];
        put?: never;
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 按日、产品、使用方、结果汇总的调用量 */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listUsers"];
        put?: never;
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["updateUser"];
        trace?: never;
    };
    "/api/v1/users/{id}/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["unlockUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Actor: {
            id: string;
            kind: "user" | "token" | "operator" | "system";
            /** @description 须先修改密码 */
            mustChange: boolean;
            name: string;
            role: ("manager" | "provider" | "consumer" | "auditor") | "operator" | "system";
            scopes: ("read" | "operate" | "journal" | "users")[];
        };
        /** @description 附录 B 接口的加密与压缩设置 (AGR annex B) */
        AgrSettings: {
            /**
             * @description 加密算法。各算法的初始向量固定，DES 的密钥仅 56 位：DES 与固定初始向量只为互联互通保留，不构成保护 (every cipher has a fixed initial value, and DES a key of 56 bits: both are here for interoperability only)
             * @default SM4
             * @enum {unknown}
             */
            cipher: "none" | "SM4" | "AES" | "DES";
            /**
             * @description 先压缩，后加密 (compressed first, then encrypted)
             * @default none
             * @enum {unknown}
             */
            compression: "none" | "Gzip" | "Deflate";
            /**
             * @description 密钥以使用方公钥（SM2 或 RSA）封装后返回；否则密钥与密文同在一处，不构成保护。含敏感字段的产品一律封装，且须经 TLS (the key is wrapped with the holder’s public key; a key beside its ciphertext protects nothing. Always so for a product with sensitive fields, which needs TLS too)
             * @default false
             */
            wrapKey: boolean;
        };
        /** @description 附录 B 接口的加密与压缩设置 (AGR annex B) */
        AgrSettingsInput: {
            /**
             * @description 加密算法。各算法的初始向量固定，DES 的密钥仅 56 位：DES 与固定初始向量只为互联互通保留，不构成保护 (every cipher has a fixed initial value, and DES a key of 56 bits: both are here for interoperability only)
             * @default SM4
             * @enum {unknown}
             */
            cipher: "none" | "SM4" | "AES" | "DES";
            /**
             * @description 先压缩，后加密 (compressed first, then encrypted)
             * @default none
             * @enum {unknown}
             */
            compression: "none" | "Gzip" | "Deflate";
            /**
             * @description 密钥以使用方公钥（SM2 或 RSA）封装后返回；否则密钥与密文同在一处，不构成保护。含敏感字段的产品一律封装，且须经 TLS (the key is wrapped with the holder’s public key; a key beside its ciphertext protects nothing. Always so for a product with sensitive fields, which needs TLS too)
             * @default false
             */
            wrapKey: boolean;
        };
        ApiToken: {
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string;
            /** @description 末四位 */
            hint: string;
            id: string;
            name: string;
            revokedAt: string | null;
            scopes: ("read" | "operate" | "journal" | "users")[];
        };
        Column: {
            /** @description 数据源做不到：hash 不能作哈希脱敏，instant 不能按 ISO 8601 输出时间 */
            cannot?: ("hash" | "instant")[];
            comment: string;
            /** @description 数据源的输入：须由调用方或策略给出，不会返回 */
            input?: boolean;
            name: string;
            native: string;
            nullable: boolean;
            /** @enum {unknown} */
            type: "text" | "integer" | "bigint" | "decimal" | "float" | "boolean" | "date" | "time" | "timestamp" | "timestamptz" | "binary" | "json" | "uuid" | "geometry" | "other";
        };
        Credential: {
            cipher: ("ecb" | "cbc") | null;
            /** Format: date-time */
            createdAt: string;
            expiresAt: string | null;
            /** @description 末四位 */
            hint: string;
            id: string;
            /** @description 签名凭证的 keyId，网关凭证的 rid */
            keyId: string | null;
            /** @enum {unknown} */
            kind: "appkey" | "signature" | "gateway" | "none";
            /** Format: date-time */
            notBefore: string;
            revokedAt: string | null;
        };
        DescribedSettings: {
            settings: {
                [key: string]: unknown;
            };
            warnings: string[];
        };
        Explanation: {
            allowed: boolean;
            code: string;
            concurrency: {
                /** @enum {unknown} */
                holder: "product" | "grant";
                limit: number;
                running: number;
            }[];
            grantId: string | null;
            message: string;
            quotas: {
                /** @enum {unknown} */
                holder: "product" | "grant";
                /** @description 各副本已领取 */
                leased: number;
                limit: number;
                /** @enum {unknown} */
                per: "minute" | "hour" | "day" | "total";
                /** @enum {unknown} */
                unit: "calls" | "rows" | "bytes";
                windowEnd: string | null;
            }[];
            /** @description 首个拒绝的条款 */
            term: ("subject" | "credential" | "product" | "grant" | "state" | "validity" | "addresses" | "parameters" | "columns" | "masks" | "rows" | "region" | "time" | "paging" | "quotas" | "concurrency") | null;
            terms: {
                /** @enum {unknown} */
                holder: "node" | "product" | "grant" | "request";
                note: string;
                /** @enum {unknown} */
                term: "subject" | "credential" | "product" | "grant" | "state" | "validity" | "addresses" | "parameters" | "columns" | "masks" | "rows" | "region" | "time" | "paging" | "quotas" | "concurrency";
                /** @enum {unknown} */
                verdict: "pass" | "shape" | "deny";
            }[];
        };
        /** @description 各标准接口的地址 */
        Faces: {
            agr: string;
            gov: string;
            openapi: string;
            sea: string;
        };
        Grant: {
            /** Format: date-time */
            createdAt: string;
            id: string;
            policy: components["schemas"]["Policy"];
            productCode: string;
            productId: string;
            state: components["schemas"]["GrantState"];
            subjectId: string;
            subjectName: string;
            /** Format: date-time */
            updatedAt: string;
            validFrom: string | null;
            validTo: string | null;
            version: number;
        };
        /** @enum {unknown} */
        GrantState: "active" | "suspended" | "revoked";
        GrantTermsInput: {
            /** @default {} */
            policy: components["schemas"]["Policy"];
            /** @default null */
            validFrom: string | null;
            /** @default null */
            validTo: string | null;
        };
        HostedTable: {
            attribution: string;
            columns: {
                comment: string;
                name: string;
                /** @enum {unknown} */
                type: "text" | "integer" | "bigint" | "decimal" | "float" | "boolean" | "date" | "time" | "timestamp" | "timestamptz";
            }[];
            /** Format: date-time */
            importedAt: string;
            name: string;
            rows: number;
            title: string;
        };
        ImportReport: {
            /** @description 前 100 处错误 */
            badRows: {
                /** @description XLSX 单元格地址，如 C12；CSV 为空 */
                cell: string;
                column: string;
                /** @description 从 1 起，CSV 的表头为第 1 行 */
                row: number;
                why: string;
            }[];
            /**
             * @description CSV
             * @enum {unknown}
             */
            charset?: "utf-8" | "gb18030";
            /** @description CSV */
            delimiter?: string;
            /** @description 这些行中的错误数 */
            faults: number;
            /** @enum {unknown} */
            format: "csv" | "xlsx";
            /** @description XLSX 工作表 */
            sheet?: string;
            /** @description 跳过的行数 */
            skipped: number;
            table: components["schemas"]["HostedTable"];
        };
        IssuedCredential: {
            credential: components["schemas"]["Credential"];
            secret: string;
        };
        JournalRecord: {
            actor: string;
            address: string;
            /** Format: date-time */
            at: string;
            bytes: number;
            credentialId: string;
            details: string;
            digest: string;
            durationUs: number;
            epoch: number;
            errorId: string;
            event: string;
            face: string;
            grantId: string;
            intentAt: string | null;
            intentEpoch: number;
            intentSequence: number;
            /** @enum {unknown} */
            phase: "whole" | "intent" | "outcome";
            productCode: string;
            productId: string;
            productVersion: number;
            reason: string;
            requestId: string;
            responseUs: number;
            result: string;
            rows: number;
            sequence: number;
            status: number;
            /** @enum {unknown} */
            stream: "business" | "operation" | "system";
            subjectId: string;
            traceId: string;
            writer: string;
        };
        NewWebhook: {
            /** Format: date-time */
            createdAt: string;
            /** @description 签名密钥，仅此一次显示 */
            secret: string;
            url: string;
        };
        Node: {
            /** @description false：内嵌数据库不落盘同步，仅供试用与小规模单机使用 */
            durable: boolean;
            engine: "pglite" | "postgres";
            listeners: {
                [key: string]: string;
            };
            retentionDays: number;
            revision: number;
            runningCalls: number;
            uptimeSeconds: number;
            version: string;
        };
        Notice: {
            about: string;
            /** Format: date-time */
            at: string;
            id: string;
            kind: string;
            message: string;
            seen: boolean;
        };
        Policy: {
            addresses?: string[];
            columns?: string[];
            concurrency?: number;
            masks?: ({
                column?: string;
                field: string;
                /** @constant */
                kind: "fixed";
                value: string | null;
            } | {
                column?: string;
                field: string;
                /** @constant */
                kind: "partial";
                /** @enum {unknown} */
                preset: "id-card" | "phone" | "name" | "email" | "address";
            } | {
                column?: string;
                field: string;
                keepEnd: number;
                keepStart: number;
                /** @constant */
                kind: "partial";
            } | {
                column?: string;
                field: string;
                /** @constant */
                kind: "hash";
            } | {
                column?: string;
                field: string;
                /** @constant */
                kind: "number";
                step: number;
            } | {
                column?: string;
                field: string;
                /** @constant */
                kind: "date";
                /** @enum {unknown} */
                unit: "year" | "month" | "day" | "hour";
            })[];
            quotas?: {
                limit: number;
                per: "minute" | "hour" | "day" | "total";
                unit: "calls" | "rows" | "bytes";
            }[];
            region?: {
                box: number[];
                lat: string;
                lon: string;
            } | {
                /** @enum {unknown} */
                crs?: "WGS84" | "CGCS2000";
                lat: string;
                lon: string;
                within: {
                    /** @description 外环在前，其后为孔 */
                    coordinates: (number[] | number[])[][];
                    /** @constant */
                    type: "Polygon";
                } | {
                    coordinates: (number[] | number[])[][][];
                    /** @constant */
                    type: "MultiPolygon";
                };
            } | {
                box: number[];
                geometry: string;
            } | {
                /** @enum {unknown} */
                crs?: "WGS84" | "CGCS2000";
                geometry: string;
                within: {
                    /** @description 外环在前，其后为孔 */
                    coordinates: (number[] | number[])[][];
                    /** @constant */
                    type: "Polygon";
                } | {
                    coordinates: (number[] | number[])[][][];
                    /** @constant */
                    type: "MultiPolygon";
                };
            };
            rows?: components["schemas"]["RowRule"];
            time?: {
                column: string;
                from?: string;
                to?: string;
            };
        };
        Preview: {
            columns: {
                masked: boolean;
                name: string;
                /** @enum {unknown} */
                type: "varchar" | "int" | "bigint" | "numeric" | "double" | "boolean" | "date" | "time" | "timestamp" | "binary" | "json";
            }[];
            /** @description 每格为文本，NULL 为 null */
            rows: (string | null)[][];
        };
        Probe: {
            about: {
                [key: string]: string;
            };
            warnings: string[];
        };
        Problem: {
            code: string;
            detail: string;
            details: {
                [key: string]: unknown;
            };
            errorId: string;
            requestId: string;
            status: number;
            title: string;
            type: string;
        };
        Product: {
            code: string;
            /** Format: date-time */
            createdAt: string;
            definition: components["schemas"]["ProductDefinition"];
            /** @description 最新版本；大于 liveVersion 时有待发布的修改 */
            draftVersion: number;
            faces: components["schemas"]["Faces"] | null;
            id: string;
            liveVersion: number | null;
            name: string;
            providerId: string | null;
            resource: string;
            /** @enum {unknown} */
            serviceClass: "query" | "verify" | "transfer" | "download" | "other";
            state: components["schemas"]["ProductState"];
            /** Format: date-time */
            updatedAt: string;
            version: number;
        };
        ProductCheck: {
            unfitGrants: components["schemas"]["UnfitGrants"];
        };
        ProductDefinition: {
            agr?: components["schemas"]["AgrSettings"];
            /** @default  */
            attribution: string;
            /**
             * @default [
             *       "appkey"
             *     ]
             */
            authentication: ("appkey" | "signature" | "gateway" | "none")[];
            /** @default 10000 */
            cap: number;
            /** @default  */
            description: string;
            /** @default [] */
            fields: {
                column: string;
                /** @default  */
                description: string;
                /** @description 字母或下划线开头，其后为字母、数字、_ . -，至多 63 个字符 (a letter or _, then letters, digits and _ . -, at most 63 characters) */
                name: string;
                /** @default false */
                required: boolean;
                /** @default false */
                sensitive: boolean;
                /** @default  */
                title: string;
                /** @enum {unknown} */
                type: "varchar" | "int" | "bigint" | "numeric" | "double" | "boolean" | "date" | "time" | "timestamp" | "binary" | "json";
            }[];
            /**
             * @default query
             * @enum {unknown}
             */
            kind: "query" | "verify" | "relay";
            /**
             * @default [
             *       "data"
             *     ]
             */
            listeners: string[];
            /** @default 100000 */
            maxOffset: number;
            /** @default 1000 */
            maxPageSize: number;
            name: string;
            /** @default [] */
            order: {
                column: string;
                /** @default asc */
                direction: "asc" | "desc";
            }[];
            /** @default [] */
            parameters: {
                column: string;
                /** @default  */
                description: string;
                /** @default  */
                example: string;
                /** @description 字母或下划线开头，其后为字母、数字、_ . -，至多 63 个字符 (a letter or _, then letters, digits and _ . -, at most 63 characters) */
                name: string;
                /** @enum {unknown} */
                operator: "eq" | "like" | "in" | "range-start" | "range-end";
                /** @default false */
                required: boolean;
                /** @default  */
                title: string;
            }[];
            /** @default {} */
            policy: components["schemas"]["Policy"];
            provider: {
                /** @description 2 至 18 个字母或数字，如统一社会信用代码 (2 to 18 letters and digits, such as the unified social credit code) */
                code: string;
                name: string;
            };
            resource: string;
            /** @enum {unknown} */
            serviceClass: "query" | "verify" | "transfer" | "download" | "other";
            /** @default public */
            visibility: "public" | "granted";
        };
        ProductDefinitionInput: {
            agr?: components["schemas"]["AgrSettingsInput"];
            /** @default  */
            attribution: string;
            /**
             * @default [
             *       "appkey"
             *     ]
             */
            authentication: ("appkey" | "signature" | "gateway" | "none")[];
            /** @default 10000 */
            cap: number;
            /** @default  */
            description: string;
            /** @default [] */
            fields: {
                column: string;
                /** @default  */
                description: string;
                /** @description 字母或下划线开头，其后为字母、数字、_ . -，至多 63 个字符 (a letter or _, then letters, digits and _ . -, at most 63 characters) */
                name: string;
                /** @default false */
                required: boolean;
                /** @default false */
                sensitive: boolean;
                /** @default  */
                title: string;
                /** @enum {unknown} */
                type: "varchar" | "int" | "bigint" | "numeric" | "double" | "boolean" | "date" | "time" | "timestamp" | "binary" | "json";
            }[];
            /**
             * @default query
             * @enum {unknown}
             */
            kind: "query" | "verify" | "relay";
            /**
             * @default [
             *       "data"
             *     ]
             */
            listeners: string[];
            /** @default 100000 */
            maxOffset: number;
            /** @default 1000 */
            maxPageSize: number;
            name: string;
            /** @default [] */
            order: {
                column: string;
                /** @default asc */
                direction: "asc" | "desc";
            }[];
            /** @default [] */
            parameters: {
                column: string;
                /** @default  */
                description?: string;
                /** @default  */
                example?: string;
                /** @description 字母或下划线开头，其后为字母、数字、_ . -，至多 63 个字符 (a letter or _, then letters, digits and _ . -, at most 63 characters) */
                name: string;
                /** @enum {unknown} */
                operator: "eq" | "like" | "in" | "range-start" | "range-end";
                /** @default false */
                required?: boolean;
                /** @default  */
                title?: string;
            }[];
            /** @default {} */
            policy: components["schemas"]["Policy"];
            provider: {
                /** @description 2 至 18 个字母或数字，如统一社会信用代码 (2 to 18 letters and digits, such as the unified social credit code) */
                code: string;
                name: string;
            };
            resource: string;
            /** @enum {unknown} */
            serviceClass: "query" | "verify" | "transfer" | "download" | "other";
            /** @default public */
            visibility: "public" | "granted";
        };
        /** @enum {unknown} */
        ProductState: "draft" | "published" | "withdrawn";
        ProductSummary: {
            code: string;
            /** Format: date-time */
            createdAt: string;
            /** @description 最新版本；大于 liveVersion 时有待发布的修改 */
            draftVersion: number;
            id: string;
            liveVersion: number | null;
            name: string;
            providerId: string | null;
            resource: string;
            /** @enum {unknown} */
            serviceClass: "query" | "verify" | "transfer" | "download" | "other";
            state: components["schemas"]["ProductState"];
            /** Format: date-time */
            updatedAt: string;
            version: number;
        };
        PublicKey: {
            /** @description PEM（BEGIN PUBLIC KEY）：SM2，或 RSA 2048 至 8192 位 */
            publicKey: string | null;
        };
        PublishedProduct: {
            code: string;
            /** Format: date-time */
            createdAt: string;
            definition: components["schemas"]["ProductDefinition"];
            /** @description 最新版本；大于 liveVersion 时有待发布的修改 */
            draftVersion: number;
            faces: components["schemas"]["Faces"] | null;
            id: string;
            liveVersion: number | null;
            name: string;
            providerId: string | null;
            resource: string;
            /** @enum {unknown} */
            serviceClass: "query" | "verify" | "transfer" | "download" | "other";
            state: components["schemas"]["ProductState"];
            unfitGrants: components["schemas"]["UnfitGrants"];
            /** Format: date-time */
            updatedAt: string;
            version: number;
        };
        Query: {
            /** @description 分组人数（行数）所在列与下限 k：小于 k 的分组不返回 */
            minimumGroup?: {
                column: string;
                k: number;
            };
            /** @default [] */
            parameters: {
                /** @default  */
                comment: string;
                /** @description 小写字母或下划线开头，其后为小写字母、数字、_，至多 63 个字符，在 SQL 中写作 :name (a small letter or _, then small letters, digits and _, at most 63 characters) */
                name: string;
                /** @default true */
                required: boolean;
                sample?: string;
                /** @enum {unknown} */
                type: "text" | "integer" | "bigint" | "decimal" | "float" | "boolean" | "date" | "time" | "timestamp" | "timestamptz" | "uuid";
            }[];
            /** @description 一条 SELECT；:name 为参数；[[ … :name … ]] 仅在其参数给出时成立 */
            sql: string;
        };
        QueryExplanation: {
            columns: components["schemas"]["Column"][];
            cost: number | null;
            /** @description 数据库的执行计划，一行一项 */
            plan: string[];
            rows: number | null;
            warnings: string[];
        };
        QueryInput: {
            /** @description 分组人数（行数）所在列与下限 k：小于 k 的分组不返回 */
            minimumGroup?: {
                column: string;
                k: number;
            };
            /** @default [] */
            parameters: {
                /** @default  */
                comment?: string;
                /** @description 小写字母或下划线开头，其后为小写字母、数字、_，至多 63 个字符，在 SQL 中写作 :name (a small letter or _, then small letters, digits and _, at most 63 characters) */
                name: string;
                /** @default true */
                required?: boolean;
                sample?: string;
                /** @enum {unknown} */
                type: "text" | "integer" | "bigint" | "decimal" | "float" | "boolean" | "date" | "time" | "timestamp" | "timestamptz" | "uuid";
            }[];
            /** @description 一条 SELECT；:name 为参数；[[ … :name … ]] 仅在其参数给出时成立 */
            sql: string;
        };
        Resource: {
            columns: components["schemas"]["Column"][];
            id: string;
            key: string[];
            name: string;
            /** @description 数据源的变化；空：没有变化 */
            notice: string;
            ownerId: string | null;
            query?: components["schemas"]["Query"];
            sourceId: string;
            sourceName: string;
            /** @description 表；查询的表名为空 */
            table: {
                name: string;
                schema: string;
            };
            title: string;
            version: number;
        };
        RowRule: {
            all: components["schemas"]["RowRule"][];
        } | {
            any: components["schemas"]["RowRule"][];
        } | {
            not: components["schemas"]["RowRule"];
        } | {
            column: string;
            eq: string | number | boolean;
        } | {
            column: string;
            ne: string | number | boolean;
        } | {
            column: string;
            lt: string | number | boolean;
        } | {
            column: string;
            le: string | number | boolean;
        } | {
            column: string;
            gt: string | number | boolean;
        } | {
            column: string;
            ge: string | number | boolean;
        } | {
            column: string;
            in: (string | number | boolean)[];
        } | {
            column: string;
            like: string;
        } | {
            column: string;
            isNull: boolean;
        };
        Sample: {
            /** @description 示例应用的授权 Key，只能调用示例产品 */
            appkey: string;
            /** @description 数据来源与许可（CC BY 4.0），展示数据时须一并展示 */
            attribution: string;
            product: string;
            /** @description 数据监听端口的基础地址 */
            url: string;
        };
        Source: {
            checkedAt: string | null;
            id: string;
            name: string;
            ownerId: string | null;
            /** @description 各机密设置是否已填；其值从不返回 */
            secrets: {
                [key: string]: boolean;
            };
            settings: {
                [key: string]: unknown;
            };
            /** @enum {unknown} */
            state: "ok" | "failing";
            stateNote: string;
            type: string;
            version: number;
        };
        StartedDelivery: {
            id: string;
        };
        Subject: {
            contact: string;
            /** Format: date-time */
            createdAt: string;
            disabled: boolean;
            id: string;
            /**
             * @description public 为内置的公众主体：不带凭证的调用
             * @enum {unknown}
             */
            kind: "application" | "connector" | "platform" | "public";
            name: string;
            ownerId: string | null;
            unit: string;
            version: number;
        };
        Table: {
            columns: components["schemas"]["Column"][];
            comment: string;
            key: string[];
            name: string;
            schema: string;
        };
        TestedSource: {
            checkedAt: string | null;
            id: string;
            name: string;
            ownerId: string | null;
            probe: components["schemas"]["Probe"];
            /** @description 各机密设置是否已填；其值从不返回 */
            secrets: {
                [key: string]: boolean;
            };
            settings: {
                [key: string]: unknown;
            };
            /** @enum {unknown} */
            state: "ok" | "failing";
            stateNote: string;
            type: string;
            version: number;
        };
        /** @description 条款不再适合该版本的授权 */
        UnfitGrants: {
            count: number;
            /** @description 至多列出 100 项 */
            items: {
                /** @description 该授权下的调用一律被拒绝；否则授权仍有效 */
                denied: boolean;
                id: string;
                reasons: string[];
                state: components["schemas"]["GrantState"];
                subjectName: string;
            }[];
        };
        UsageSum: {
            bytes: number;
            calls: number;
            day: string;
            productCode: string;
            productId: string;
            /** @enum {unknown} */
            result: "allowed" | "denied" | "failed" | "cut";
            rows: number;
            subjectId: string;
            subjectName: string;
            /** @description 首字节 5 秒内送出的次数 (GOV-time) */
            withinTarget: number;
        };
        User: {
            /** Format: date-time */
            createdAt: string;
            disabled: boolean;
            displayName: string;
            id: string;
            lockedUntil: string | null;
            mustChange: boolean;
            name: string;
            /** Format: date-time */
            passwordSetAt: string;
            /** @enum {unknown} */
            role: "manager" | "provider" | "consumer" | "auditor";
            version: number;
        };
        Webhook: {
            /** Format: date-time */
            createdAt: string;
            url: string;
        };
        WebhookDelivery: {
            attempts: number;
            /** Format: date-time */
            createdAt: string;
            endedAt: string | null;
            /** @enum {unknown} */
            event: "product.published" | "product.withdrawn" | "product.ailing" | "product.recovered" | "ping";
            id: string;
            nextAt: string | null;
            /** @description 最近一次发送的结果 */
            note: string;
            /** @description 测试通知为空 */
            productCode: string;
            /** @enum {unknown} */
            state: "waiting" | "delivered" | "given-up";
        };
        WrittenGrant: {
            /** Format: date-time */
            createdAt: string;
            id: string;
            policy: components["schemas"]["Policy"];
            productCode: string;
            productId: string;
            state: components["schemas"]["GrantState"];
            subjectId: string;
            subjectName: string;
            /** Format: date-time */
            updatedAt: string;
            validFrom: string | null;
            validTo: string | null;
            version: number;
            /** @description 已接受但授权方应知晓的事项 */
            warnings: string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    backUpNode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 备份由它加密，恢复时须给出 */
                    passphrase: string;
                };
            };
        };
        responses: {
            /** @description 备份文件 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explain: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 调用方地址；不给则不判断地址白名单 */
                    address?: string;
                    /** @description 设想的调用时间；不给则为现在 */
                    at?: string;
                    page?: {
                        limit: number;
                        offset: number;
                    };
                    /** @description 产品的查询参数 */
                    parameters?: {
                        [key: string]: string;
                    };
                    product: string;
                    subject: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listGrants: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
                product?: string;
                state?: components["schemas"]["GrantState"];
                subject?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Grant"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createGrant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    product: string;
                    subject: string;
                    terms?: components["schemas"]["GrantTermsInput"];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenGrant"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Grant"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeGrant: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrantTermsInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenGrant"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Grant"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Grant"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suspendGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Grant"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listImports: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["HostedTable"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importTable: {
        parameters: {
            query: {
                attribution?: string;
                /** @description 仅用于 CSV；默认 auto */
                charset?: "auto" | "utf-8" | "gb18030";
                /** @description JSON：[{name, type?, comment?}]；未声明的列由内容推断类型 */
                columns?: string;
                /** @description 仅用于 CSV；默认 auto */
                delimiter?: "auto" | "comma" | "semicolon" | "tab";
                /** @description JSON：[[列, …], …]，用于查询的列 */
                indexes?: string;
                /** @description 表名；已有的表被整体替换 */
                name: string;
                /** @description 仅用于 XLSX：工作表的名称，或从 1 起的序号；默认为第一个未隐藏的工作表 */
                sheet?: string;
                /** @description 跳过有误的行并报告；否则一行有误即不导入 */
                skipBadRows?: boolean;
                title?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                "text/csv": string;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                    "application/x-ndjson": string;
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeImport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    queryJournal: {
        parameters: {
            query?: {
                actor?: string;
                /** @description 上一页返回的 next */
                cursor?: string;
                /** @description 日或时间（ISO 8601），无时区视为 Asia/Shanghai */
                from?: string;
                limit?: number;
                product?: string;
                requestId?: string;
                result?: "allowed" | "denied" | "failed" | "cut" | "done";
                stream?: "business" | "operation" | "system";
                subject?: string;
                /** @description 不含此刻；以日给出时含当日 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["JournalRecord"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportJournal: {
        parameters: {
            query?: {
                actor?: string;
                format?: "csv" | "ndjson";
                /** @description 日或时间（ISO 8601），无时区视为 Asia/Shanghai */
                from?: string;
                product?: string;
                requestId?: string;
                result?: "allowed" | "denied" | "failed" | "cut" | "done";
                stream?: "business" | "operation" | "system";
                subject?: string;
                /** @description 不含此刻；以日给出时含当日 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getNode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNotices: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
                /** @description 只看未读 */
                unseen?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Notice"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    seeNotice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notice"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default 10 */
                    limit?: number;
                    /** @description 产品的查询参数 */
                    parameters?: {
                        [key: string]: string;
                    };
                    product: string;
                    subject: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProducts: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
                state?: components["schemas"]["ProductState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ProductSummary"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createProduct: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code?: string;
                    definition: components["schemas"]["ProductDefinitionInput"];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProduct: {
        parameters: {
            query?: {
                /** @description 最新版本，或调用方所用的版本 */
                which?: "newest" | "live";
            };
            header?: never;
            path: {
                product: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                product: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    definition: components["schemas"]["ProductDefinitionInput"];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                product: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkProduct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                product: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductCheck"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    publishProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                product: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublishedProduct"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawProduct: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                product: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listResources: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Resource"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addResource: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    key?: string[];
                    /** @description 字母（含汉字）、数字、_ . -，至多 100 个字符，不能形如编号 (letters, Chinese too, digits and _ . -, at most 100 characters, and not the form of an identifier) */
                    name: string;
                    query?: components["schemas"]["QueryInput"];
                    schema?: string;
                    source: string;
                    table?: string;
                    title?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resource"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getResource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                resource: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resource"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeResource: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                resource: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suggestDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                resource: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductDefinition"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainResource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                resource: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description 参数的值；未给出的用其 sample
                     * @default {}
                     */
                    values?: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueryExplanation"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refreshResource: {
        parameters: {
            query?: {
                /** @description 接受表的现状：列消失、类型改变都以现状为准 */
                accept?: boolean;
            };
            header?: never;
            path: {
                resource: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resource"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainQuery: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    query: components["schemas"]["QueryInput"];
                    source: string;
                    /**
                     * @description 参数的值；未给出的用其 sample
                     * @default {}
                     */
                    values?: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueryExplanation"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSample: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sample"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeSample: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Actor"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        csrfToken: string;
                        /** Format: date-time */
                        expiresAt: string;
                        mustChange: boolean;
                        user: components["schemas"]["User"];
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    current: string;
                    next: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSources: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Source"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addSource: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 字母（含汉字）、数字、_ . -，至多 100 个字符，不能形如编号 (letters, Chinese too, digits and _ . -, at most 100 characters, and not the form of an identifier) */
                    name: string;
                    settings: {
                        [key: string]: unknown;
                    };
                    type: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestedSource"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeSource: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeSource: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                source: string;
            };
            cookie?: never;
        };
        /** @description 未给出的设置保持原值；null 清除 */
        requestBody: {
            content: {
                "application/json": {
                    settings: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestedSource"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Probe"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSourceTables: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Table"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    describeSource: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    document: string;
                    type: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DescribedSettings"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testSource: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    settings: {
                        [key: string]: unknown;
                    };
                    type: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Probe"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSubjects: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Subject"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSubject: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 不含控制字符 (without control characters) */
                    contact?: string;
                    /** @enum {unknown} */
                    kind: "application" | "connector" | "platform";
                    /** @description 不含控制字符，首尾不是空白 (without control characters, and no blanks at its ends) */
                    name: string;
                    ownerId?: string | null;
                    /** @description 不含控制字符 (without control characters) */
                    unit?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subject"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSubject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 编号或名称 */
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subject"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeSubject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 编号或名称 */
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateSubject: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                /** @description 编号或名称 */
                subject: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 不含控制字符 (without control characters) */
                    contact?: string;
                    disabled?: boolean;
                    /** @description 不含控制字符，首尾不是空白 (without control characters, and no blanks at its ends) */
                    name?: string;
                    ownerId?: string | null;
                    /** @description 不含控制字符 (without control characters) */
                    unit?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subject"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCredentials: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description 编号或名称 */
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Credential"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    issueCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 编号或名称 */
                subject: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description 仅 gateway：当日密钥以 AES-128 的何种模式下发
                     * @enum {unknown}
                     */
                    cipher?: "ecb" | "cbc";
                    expiresAt?: string | null;
                    /**
                     * @default appkey
                     * @enum {unknown}
                     */
                    kind?: "appkey" | "signature" | "gateway";
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedCredential"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description 编号或名称 */
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 编号或名称 */
                subject: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description 仅 gateway：当日密钥以 AES-128 的何种模式下发
                     * @enum {unknown}
                     */
                    cipher?: "ecb" | "cbc";
                    expiresAt?: string | null;
                    /**
                     * @default appkey
                     * @enum {unknown}
                     */
                    kind?: "appkey" | "signature" | "gateway";
                    /** @default 86400 */
                    overlapSeconds?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedCredential"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPublicKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicKey"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setPublicKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                subject: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PublicKey"];
            };
        };
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                subject: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description https（或内网 http）地址，事件以 POST 送达 (a URL of https, or of http within one’s net, to which events are posted) */
                    url: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhook"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["WebhookDelivery"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedDelivery"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ApiToken"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    expiresAt?: string;
                    name: string;
                    scopes: ("read" | "operate" | "journal" | "users")[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        about: components["schemas"]["ApiToken"];
                        /** @description 仅显示一次 */
                        token: string;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiToken"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                /** @description 日期 yyyy-MM-dd，Asia/Shanghai (a day yyyy-MM-dd) */
                from?: string;
                limit?: number;
                product?: string;
                subject?: string;
                /** @description 日期 yyyy-MM-dd，Asia/Shanghai (a day yyyy-MM-dd) */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["UsageSum"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description 上一页返回的 next */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["User"][];
                        next: string | null;
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 不含控制字符，首尾不是空白 (without control characters, and no blanks at its ends) */
                    displayName: string;
                    /** @description 3 至 32 个字符：小写字母开头，其后为小写字母、数字、. _ - (3 to 32 characters: a small letter, then small letters, digits and . _ -) */
                    name: string;
                    /** @enum {unknown} */
                    role: "manager" | "provider" | "consumer" | "auditor";
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 仅显示一次；首次登录须修改 */
                        oneTimePassword: string;
                        user: components["schemas"]["User"];
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    disabled?: boolean;
                    /** @description 不含控制字符，首尾不是空白 (without control characters, and no blanks at its ends) */
                    displayName?: string;
                    /** @enum {unknown} */
                    role?: "manager" | "provider" | "consumer" | "auditor";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description 读取时的 ETag */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 仅显示一次；首次登录须修改 */
                        oneTimePassword: string;
                        user: components["schemas"]["User"];
                    };
                };
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlockUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 完成 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description 错误 (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
