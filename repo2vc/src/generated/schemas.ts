// Made from schemas/ by `npm run generate`. Change the schema, not this file.

export const schemas: readonly object[] = [
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "answers.schema.json",
  "title": "Answers",
  "description": "A person's answers to a run's needs, given before or after they were asked. Secrets never stand here. Saved as answers.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "parameters": {
    "$ref": "common.schema.json#/$defs/Values"
   },
   "provider": {
    "$ref": "common.schema.json#/$defs/Name",
    "description": "Named by the person; naming process is consent to run the code here."
   },
   "expiresAfterMinutes": {
    "$ref": "common.schema.json#/$defs/Minutes"
   },
   "consents": {
    "type": "array",
    "items": {
     "enum": [
      "process",
      "source-builds"
     ]
    }
   },
   "confirmed": {
    "type": "array",
    "items": {
     "$ref": "common.schema.json#/$defs/Sha256"
    },
    "description": "Hashes of what was shown and accepted."
   },
   "confirmShown": {
    "const": true,
    "description": "Accept what this run shows, without a hash: --yes. Of a publication's later commands each says it anew."
   },
   "title": {
    "type": "string",
    "minLength": 3
   },
   "creators": {
    "type": "array",
    "minItems": 1,
    "items": {
     "$ref": "common.schema.json#/$defs/Creator"
    }
   },
   "licence": {
    "type": "string"
   }
  },
  "required": [
   "schemaVersion"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "archive.schema.json",
  "title": "ArchiveFiles",
  "description": "The files in the folder of a local archive, and the entry that tells where it is served.",
  "$defs": {
   "ArchiveIdentity": {
    "type": "object",
    "description": "What an archive is called, for as long as its folder exists. Saved as archive.json.",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "archiveId": {
      "$ref": "#/$defs/ArchiveId"
     },
     "port": {
      "type": "integer",
      "minimum": 1,
      "maximum": 65535,
      "description": "Where it was served last; taken again when it is free."
     }
    },
    "required": [
     "schemaVersion",
     "archiveId"
    ],
    "additionalProperties": false
   },
   "ArchiveId": {
    "type": "string",
    "pattern": "^[a-z0-9]{8}$"
   },
   "ArchiveToken": {
    "type": "object",
    "description": "What a token allows. Saved as tokens/HASH.json, where HASH is the SHA-256 of the token.",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "user": {
      "type": "string",
      "minLength": 1
     },
     "scopes": {
      "type": "array",
      "items": {
       "enum": [
        "deposit:write",
        "deposit:actions"
       ]
      }
     },
     "createdAt": {
      "$ref": "common.schema.json#/$defs/Timestamp"
     }
    },
    "required": [
     "schemaVersion",
     "user",
     "scopes",
     "createdAt"
    ],
    "additionalProperties": false
   },
   "LocalArchive": {
    "type": "object",
    "description": "Where a local archive is, or was last, served. Saved as archives/ARCHIVEID.json in the state folder.",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "archiveId": {
      "$ref": "#/$defs/ArchiveId"
     },
     "origin": {
      "$ref": "common.schema.json#/$defs/Origin"
     },
     "doiPrefix": {
      "type": "string",
      "pattern": "^10\\.[0-9]{4,9}/\\S+$"
     },
     "directory": {
      "type": "string",
      "description": "Absolute path of its folder."
     },
     "servedAt": {
      "$ref": "common.schema.json#/$defs/Timestamp"
     }
    },
    "required": [
     "schemaVersion",
     "archiveId",
     "origin",
     "doiPrefix",
     "directory",
     "servedAt"
    ],
    "additionalProperties": false
   },
   "ArchiveFile": {
    "type": "object",
    "properties": {
     "key": {
      "type": "string",
      "minLength": 1
     },
     "status": {
      "enum": [
       "pending",
       "uploaded",
       "completed"
      ],
      "description": "Announced; its bytes have come; committed."
     },
     "fileId": {
      "type": "string",
      "description": "Name of its bytes in the folder files, once they have come."
     },
     "size": {
      "type": "integer",
      "minimum": 0
     },
     "md5": {
      "type": "string",
      "pattern": "^[0-9a-f]{32}$"
     },
     "createdAt": {
      "$ref": "common.schema.json#/$defs/Timestamp"
     },
     "updatedAt": {
      "$ref": "common.schema.json#/$defs/Timestamp"
     }
    },
    "required": [
     "key",
     "status",
     "createdAt",
     "updatedAt"
    ],
    "additionalProperties": false
   },
   "ArchiveContent": {
    "type": "object",
    "description": "What a draft, or a published record, says and holds.",
    "properties": {
     "revision": {
      "type": "integer",
      "minimum": 1
     },
     "createdAt": {
      "$ref": "common.schema.json#/$defs/Timestamp"
     },
     "updatedAt": {
      "$ref": "common.schema.json#/$defs/Timestamp"
     },
     "doi": {
      "$ref": "common.schema.json#/$defs/Doi"
     },
     "access": {
      "type": "object",
      "properties": {
       "record": {
        "enum": [
         "public",
         "restricted"
        ]
       },
       "files": {
        "enum": [
         "public",
         "restricted"
        ]
       }
      },
      "required": [
       "record",
       "files"
      ],
      "additionalProperties": false
     },
     "metadata": {
      "type": "object",
      "additionalProperties": true,
      "description": "As InvenioRDM's metadata, vocabulary terms by id alone."
     },
     "customFields": {
      "type": "object",
      "additionalProperties": true
     },
     "filesEnabled": {
      "type": "boolean"
     },
     "defaultPreview": {
      "type": "string"
     },
     "files": {
      "type": "array",
      "items": {
       "$ref": "#/$defs/ArchiveFile"
      }
     }
    },
    "required": [
     "revision",
     "createdAt",
     "updatedAt",
     "access",
     "metadata",
     "customFields",
     "filesEnabled",
     "files"
    ],
    "additionalProperties": false
   },
   "ArchiveTombstone": {
    "type": "object",
    "properties": {
     "removedAt": {
      "$ref": "common.schema.json#/$defs/Timestamp"
     },
     "removedBy": {
      "type": "string"
     },
     "reason": {
      "type": "string"
     },
     "note": {
      "type": "string"
     },
     "citation": {
      "type": "string"
     },
     "visible": {
      "type": "boolean"
     }
    },
    "required": [
     "removedAt",
     "removedBy",
     "reason",
     "note",
     "citation",
     "visible"
    ],
    "additionalProperties": false
   },
   "ArchiveRecord": {
    "type": "object",
    "description": "One version of a record, whole: its state changes by replacing this file. Saved as records/ID.json.",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "id": {
      "$ref": "#/$defs/RecordId"
     },
     "parentId": {
      "$ref": "#/$defs/RecordId"
     },
     "index": {
      "type": "integer",
      "minimum": 1,
      "description": "Which version of its parent this is."
     },
     "owner": {
      "type": "string",
      "minLength": 1
     },
     "draft": {
      "$ref": "#/$defs/ArchiveContent"
     },
     "published": {
      "$ref": "#/$defs/ArchiveContent"
     },
     "tombstone": {
      "$ref": "#/$defs/ArchiveTombstone"
     }
    },
    "required": [
     "schemaVersion",
     "id",
     "parentId",
     "index",
     "owner"
    ],
    "additionalProperties": false
   },
   "RecordId": {
    "type": "string",
    "pattern": "^[0-9a-z]{5}-[0-9a-z]{5}$"
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "cluster.schema.json",
  "title": "Cluster",
  "description": "The goal: which nodes shall exist, until when. Written before the first thing is made. Saved as cluster.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "cluster": {
    "$ref": "#/$defs/ClusterId"
   },
   "provider": {
    "$ref": "common.schema.json#/$defs/Name"
   },
   "goal": {
    "$ref": "#/$defs/ClusterGoal"
   }
  },
  "required": [
   "schemaVersion",
   "cluster",
   "provider",
   "goal"
  ],
  "additionalProperties": false,
  "$defs": {
   "ClusterId": {
    "type": "object",
    "properties": {
     "id": {
      "type": "string",
      "pattern": "^[a-z0-9][a-z0-9-]{2,62}$"
     },
     "owner": {
      "type": "string",
      "description": "Who made it: user and computer."
     },
     "createdAt": {
      "$ref": "common.schema.json#/$defs/Timestamp"
     }
    },
    "required": [
     "id",
     "owner",
     "createdAt"
    ],
    "additionalProperties": false
   },
   "ClusterGoal": {
    "type": "object",
    "properties": {
     "groups": {
      "type": "array",
      "minItems": 1,
      "items": {
       "$ref": "#/$defs/GoalGroup"
      }
     },
     "expiresAt": {
      "$ref": "common.schema.json#/$defs/Timestamp"
     }
    },
    "required": [
     "groups",
     "expiresAt"
    ],
    "additionalProperties": false
   },
   "GoalGroup": {
    "type": "object",
    "properties": {
     "role": {
      "$ref": "common.schema.json#/$defs/Name"
     },
     "count": {
      "type": "integer",
      "minimum": 1
     },
     "environment": {
      "$ref": "environments.schema.json#/$defs/Environment"
     },
     "cpus": {
      "type": "number",
      "exclusiveMinimum": 0
     },
     "memoryMiB": {
      "type": "integer",
      "minimum": 16
     },
     "ports": {
      "type": "array",
      "description": "Ports of its nodes that must answer on this computer.",
      "items": {
       "type": "integer",
       "minimum": 1,
       "maximum": 65535
      }
     }
    },
    "required": [
     "role",
     "count",
     "environment"
    ],
    "additionalProperties": false
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "common.schema.json",
  "title": "Common",
  "description": "Small types that several of repo2vc's files share.",
  "$defs": {
   "Sha256": {
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "description": "SHA-256 in lower-case hexadecimal."
   },
   "Timestamp": {
    "type": "string",
    "format": "date-time",
    "description": "RFC 3339, UTC."
   },
   "Doi": {
    "type": "string",
    "pattern": "^10\\.[0-9]{4,9}/\\S+$",
    "description": "A DOI without a resolver in front."
   },
   "RelativePath": {
    "type": "string",
    "minLength": 1,
    "maxLength": 1024,
    "pattern": "^(?!/)(?!(.*/)?\\.\\.(/|$))[^\\u0000-\\u001f\\u007f\\u2028\\u2029\\\\]*$",
    "description": "A path inside a folder, with / between its parts; never absolute, never leading out of the folder."
   },
   "Origin": {
    "type": "string",
    "pattern": "^https?://[^/?#\\s]+$",
    "description": "Scheme, host and port of a server."
   },
   "Name": {
    "type": "string",
    "pattern": "^[a-z][a-z0-9-]{0,39}$",
    "description": "Lower-case letters, digits and hyphens; begins with a letter."
   },
   "Scalar": {
    "oneOf": [
     {
      "type": "string"
     },
     {
      "type": "number"
     },
     {
      "type": "boolean"
     }
    ]
   },
   "Values": {
    "type": "object",
    "additionalProperties": {
     "$ref": "#/$defs/Scalar"
    },
    "description": "Parameter values by name."
   },
   "Minutes": {
    "type": "integer",
    "minimum": 1,
    "maximum": 44640
   },
   "Reason": {
    "type": "object",
    "description": "Why something was chosen or noticed: a code and its arguments; the sentence is made at the edge.",
    "properties": {
     "code": {
      "type": "string"
     },
     "args": {
      "type": "object",
      "additionalProperties": {
       "oneOf": [
        {
         "$ref": "#/$defs/Scalar"
        },
        {
         "type": "array",
         "items": {
          "type": "string"
         }
        }
       ]
      }
     }
    },
    "required": [
     "code",
     "args"
    ],
    "additionalProperties": false
   },
   "FileEntry": {
    "type": "object",
    "description": "One file: path in its folder, size in bytes, SHA-256 of its bytes.",
    "properties": {
     "path": {
      "$ref": "#/$defs/RelativePath"
     },
     "size": {
      "type": "integer",
      "minimum": 0
     },
     "sha256": {
      "$ref": "#/$defs/Sha256"
     },
     "executable": {
      "const": true,
      "description": "Its owner may run it; absent for what no one runs, and for what an archive serves."
     }
    },
    "required": [
     "path",
     "size",
     "sha256"
    ],
    "additionalProperties": false
   },
   "Creator": {
    "type": "object",
    "properties": {
     "familyName": {
      "type": "string",
      "minLength": 1
     },
     "givenName": {
      "type": "string",
      "minLength": 1
     },
     "orcid": {
      "type": "string",
      "pattern": "^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$",
      "description": "An ORCID iD without a resolver in front."
     },
     "affiliation": {
      "type": "string",
      "minLength": 1
     }
    },
    "required": [
     "familyName"
    ],
    "additionalProperties": false
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "deposit.schema.json",
  "title": "Deposit",
  "description": "The records that a publication makes, in the order in which they become public. Saved as deposit.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "archive": {
    "$ref": "common.schema.json#/$defs/Origin"
   },
   "confirmed": {
    "$ref": "common.schema.json#/$defs/Sha256",
    "description": "The listing that was accepted; from then on the records are what they are, and only become public."
   },
   "records": {
    "type": "array",
    "minItems": 1,
    "items": {
     "$ref": "#/$defs/DepositRecord"
    }
   }
  },
  "required": [
   "schemaVersion",
   "archive",
   "records"
  ],
  "additionalProperties": false,
  "$defs": {
   "DepositRecord": {
    "type": "object",
    "properties": {
     "role": {
      "enum": [
       "data",
       "environment",
       "experiment"
      ]
     },
     "folder": {
      "type": "string",
      "description": "Relative to the published folder; . for the experiment."
     },
     "nonce": {
      "type": "string",
      "description": "Finds the draft again after a lost answer."
     },
     "title": {
      "type": "string"
     },
     "description": {
      "type": "string",
      "description": "Plain text; paragraphs are parted by an empty line."
     },
     "date": {
      "type": "string",
      "format": "date",
      "description": "The publication date."
     },
     "creators": {
      "type": "array",
      "items": {
       "$ref": "common.schema.json#/$defs/Creator"
      }
     },
     "licence": {
      "type": "string"
     },
     "recordId": {
      "type": "string"
     },
     "doi": {
      "$ref": "common.schema.json#/$defs/Doi"
     },
     "conceptDoi": {
      "$ref": "common.schema.json#/$defs/Doi"
     },
     "page": {
      "type": "string",
      "description": "The record's page, for people."
     },
     "contentId": {
      "$ref": "common.schema.json#/$defs/Sha256"
     },
     "preview": {
      "type": "string",
      "description": "The file that the record's page shows first."
     },
     "files": {
      "type": "array",
      "items": {
       "type": "object",
       "properties": {
        "key": {
         "type": "string"
        },
        "size": {
         "type": "integer",
         "minimum": 0
        },
        "sha256": {
         "$ref": "common.schema.json#/$defs/Sha256"
        },
        "md5": {
         "type": "string",
         "pattern": "^[0-9a-f]{32}$"
        }
       },
       "required": [
        "key",
        "size",
        "sha256",
        "md5"
       ],
       "additionalProperties": false
      }
     },
     "related": {
      "type": "array",
      "items": {
       "type": "object",
       "properties": {
        "relation": {
         "type": "string"
        },
        "doi": {
         "$ref": "common.schema.json#/$defs/Doi"
        },
        "role": {
         "enum": [
          "data",
          "environment"
         ]
        }
       },
       "required": [
        "relation",
        "doi",
        "role"
       ],
       "additionalProperties": false
      }
     },
     "state": {
      "enum": [
       "planned",
       "draft",
       "uploaded",
       "validated",
       "published"
      ]
     }
    },
    "required": [
     "role",
     "folder",
     "nonce",
     "title",
     "date",
     "creators",
     "licence",
     "files",
     "related",
     "state"
    ],
    "additionalProperties": false
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "detection.schema.json",
  "title": "Detection",
  "description": "What describes the environment of an experiment, why it was chosen, and the text of every file that planning reads. Saved as detection.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "entry": {
    "$ref": "common.schema.json#/$defs/RelativePath",
    "description": "The experiment notebook; absent when a template is opened by itself."
   },
   "kernel": {
    "type": "object",
    "properties": {
     "name": {
      "type": "string"
     },
     "language": {
      "type": "string"
     }
    },
    "additionalProperties": false,
    "description": "What the entry notebook's metadata asks for."
   },
   "chosen": {
    "$ref": "#/$defs/Chosen"
   },
   "reasons": {
    "type": "array",
    "items": {
     "$ref": "common.schema.json#/$defs/Reason"
    }
   },
   "data": {
    "type": "array",
    "items": {
     "type": "object",
     "description": "Data that the experiment used, fetched and verified.",
     "properties": {
      "into": {
       "$ref": "common.schema.json#/$defs/RelativePath",
       "description": "The folder, in the experiment's own, where the files are placed."
      },
      "snapshot": {
       "$ref": "snapshot.schema.json"
      }
     },
     "required": [
      "into",
      "snapshot"
     ],
     "additionalProperties": false
    }
   },
   "files": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "path": {
       "$ref": "common.schema.json#/$defs/RelativePath"
      },
      "text": {
       "type": "string",
       "maxLength": 1000000
      }
     },
     "required": [
      "path",
      "text"
     ],
     "additionalProperties": false
    },
    "description": "Text of the files that planning reads, by path in the snapshot that describes the environment."
   }
  },
  "required": [
   "schemaVersion",
   "chosen",
   "reasons",
   "data",
   "files"
  ],
  "additionalProperties": false,
  "$defs": {
   "Chosen": {
    "oneOf": [
     {
      "title": "ChosenTemplate",
      "type": "object",
      "properties": {
       "kind": {
        "const": "template"
       },
       "origin": {
        "enum": [
         "used-link",
         "same-snapshot"
        ]
       },
       "snapshot": {
        "$ref": "snapshot.schema.json",
        "description": "Of the template; the experiment's own, whole, for same-snapshot."
       },
       "notebook": {
        "$ref": "common.schema.json#/$defs/RelativePath",
        "description": "The template's notebook in that snapshot; the template's files are those of its folder."
       },
       "template": {
        "$ref": "environment-template.schema.json"
       },
       "environments": {
        "type": "object",
        "description": "What builds each of the template's environments.",
        "additionalProperties": {
         "type": "object",
         "properties": {
          "buildpack": {
           "type": "string"
          },
          "folder": {
           "type": "string",
           "description": "In the template's snapshot; . for its root."
          }
         },
         "required": [
          "buildpack",
          "folder"
         ],
         "additionalProperties": false
        }
       },
       "steps": {
        "type": "array",
        "items": {
         "$ref": "#/$defs/TemplateStep"
        }
       }
      },
      "required": [
       "kind",
       "origin",
       "snapshot",
       "notebook",
       "template",
       "environments",
       "steps"
      ],
      "additionalProperties": false
     },
     {
      "title": "ChosenBuildpack",
      "type": "object",
      "properties": {
       "kind": {
        "const": "buildpack"
       },
       "buildpack": {
        "type": "string"
       },
       "folder": {
        "type": "string",
        "description": "The folder of the specification in the snapshot: ., binder or .binder."
       }
      },
      "required": [
       "kind",
       "buildpack",
       "folder"
      ],
      "additionalProperties": false
     }
    ]
   },
   "TemplateStep": {
    "type": "object",
    "description": "A code cell of the template.",
    "properties": {
     "cell": {
      "type": "integer",
      "minimum": 0,
      "description": "Index among all cells of the notebook."
     },
     "title": {
      "type": "string",
      "description": "The nearest heading above it."
     },
     "parameters": {
      "type": "boolean",
      "description": "True for the cell that is replaced by the parameters."
     },
     "sha256": {
      "$ref": "common.schema.json#/$defs/Sha256",
      "description": "Of its source."
     }
    },
    "required": [
     "cell",
     "title",
     "parameters",
     "sha256"
    ],
    "additionalProperties": false
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "environment-spec.schema.json",
  "title": "EnvironmentSpec",
  "description": "An environment described once, to be built for where it runs.",
  "oneOf": [
   {
    "title": "PythonSpec",
    "type": "object",
    "properties": {
     "kind": {
      "const": "python"
     },
     "python": {
      "description": "Acceptable minor versions, best first, or any.",
      "oneOf": [
       {
        "const": "any"
       },
       {
        "type": "array",
        "minItems": 1,
        "items": {
         "type": "string",
         "pattern": "^[0-9]+\\.[0-9]+$"
        }
       }
      ]
     },
     "requirements": {
      "type": "array",
      "description": "pip requirement lines, in their order.",
      "items": {
       "type": "object",
       "properties": {
        "text": {
         "type": "string"
        },
        "file": {
         "type": "string",
         "description": "The file that asks for it; absent when repo2vc adds it."
        },
        "line": {
         "type": "integer",
         "minimum": 1
        }
       },
       "required": [
        "text"
       ],
       "additionalProperties": false
      }
     }
    },
    "required": [
     "kind",
     "python",
     "requirements"
    ],
    "additionalProperties": false
   },
   {
    "title": "DockerfileSpec",
    "type": "object",
    "properties": {
     "kind": {
      "const": "dockerfile"
     },
     "file": {
      "$ref": "common.schema.json#/$defs/RelativePath",
      "description": "The Dockerfile, below the context."
     },
     "text": {
      "type": "string"
     },
     "context": {
      "type": "object",
      "description": "The files that it may copy.",
      "properties": {
       "folder": {
        "$ref": "common.schema.json#/$defs/RelativePath",
        "description": "Below the run folder."
       },
       "contentId": {
        "$ref": "common.schema.json#/$defs/Sha256"
       }
      },
      "required": [
       "folder",
       "contentId"
      ],
      "additionalProperties": false
     }
    },
    "required": [
     "kind",
     "file",
     "text",
     "context"
    ],
    "additionalProperties": false
   }
  ]
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "environment-template.schema.json",
  "title": "EnvironmentTemplate",
  "description": "The descriptor of an environment template: metadata.repo2vc of its notebook, or a repo2vc.yaml beside it.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "kind": {
    "const": "container",
    "description": "One node."
   },
   "title": {
    "type": "string",
    "minLength": 3,
    "maxLength": 250
   },
   "description": {
    "type": "string",
    "minLength": 3,
    "maxLength": 5000
   },
   "licence": {
    "type": "string",
    "pattern": "^[A-Za-z0-9.+-]{1,64}$",
    "description": "SPDX identifier."
   },
   "creators": {
    "type": "array",
    "minItems": 1,
    "maxItems": 100,
    "items": {
     "$ref": "common.schema.json#/$defs/Creator"
    }
   },
   "parameters": {
    "type": "object",
    "description": "The template's parameters by name, in a closed subset of JSON Schema.",
    "propertyNames": {
     "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,39}$",
     "description": "The name of a variable: letters, digits and _, at most 40."
    },
    "maxProperties": 50,
    "additionalProperties": {
     "$ref": "#/$defs/Parameter"
    }
   },
   "environments": {
    "type": "object",
    "description": "Environments by name: each a folder, beside the notebook, of files that a buildpack knows (requirements.txt, runtime.txt).",
    "propertyNames": {
     "$ref": "common.schema.json#/$defs/Name"
    },
    "minProperties": 1,
    "maxProperties": 20,
    "additionalProperties": {
     "$ref": "#/$defs/EnvironmentSource"
    }
   },
   "node": {
    "$ref": "#/$defs/TemplateNode"
   },
   "client": {
    "type": "object",
    "description": "Where the template's own cells run; repo2vc's default client environment when absent.",
    "properties": {
     "environment": {
      "$ref": "common.schema.json#/$defs/Name"
     }
    },
    "required": [
     "environment"
    ],
    "additionalProperties": false
   },
   "experiment": {
    "type": "object",
    "description": "Where the experiment is placed on the node.",
    "properties": {
     "directory": {
      "$ref": "common.schema.json#/$defs/RelativePath",
      "description": "Below the node's home. Default: experiment."
     }
    },
    "additionalProperties": false
   },
   "cells": {
    "type": "object",
    "properties": {
     "timeoutSeconds": {
      "type": "integer",
      "minimum": 1,
      "maximum": 86400,
      "description": "How long one cell may run. Default: 600."
     }
    },
    "additionalProperties": false
   },
   "checks": {
    "type": "array",
    "description": "Commands that must succeed on the node before the experiment is placed there.",
    "maxItems": 20,
    "items": {
     "type": "object",
     "properties": {
      "name": {
       "type": "string",
       "minLength": 1,
       "maxLength": 100
      },
      "command": {
       "type": "array",
       "minItems": 1,
       "maxItems": 100,
       "items": {
        "type": "string",
        "maxLength": 1000
       }
      }
     },
     "required": [
      "name",
      "command"
     ],
     "additionalProperties": false
    }
   },
   "expires": {
    "type": "object",
    "description": "Minutes until the environment ends by itself.",
    "properties": {
     "defaultMinutes": {
      "$ref": "common.schema.json#/$defs/Minutes"
     },
     "mostMinutes": {
      "$ref": "common.schema.json#/$defs/Minutes"
     }
    },
    "additionalProperties": false
   }
  },
  "required": [
   "schemaVersion",
   "kind",
   "title",
   "environments",
   "node"
  ],
  "additionalProperties": false,
  "$defs": {
   "EnvironmentSource": {
    "type": "object",
    "properties": {
     "path": {
      "$ref": "common.schema.json#/$defs/RelativePath",
      "description": "The folder, beside the template's notebook; . for the notebook's own folder."
     }
    },
    "required": [
     "path"
    ],
    "additionalProperties": false
   },
   "TemplateNode": {
    "type": "object",
    "description": "The node, and what it may use. A number, or the name of a parameter that holds one.",
    "properties": {
     "environment": {
      "$ref": "common.schema.json#/$defs/Name"
     },
     "cpus": {
      "$ref": "#/$defs/Amount"
     },
     "memoryGiB": {
      "$ref": "#/$defs/Amount"
     }
    },
    "required": [
     "environment"
    ],
    "additionalProperties": false
   },
   "Amount": {
    "oneOf": [
     {
      "type": "number",
      "exclusiveMinimum": 0,
      "maximum": 100000
     },
     {
      "type": "object",
      "properties": {
       "parameter": {
        "type": "string",
        "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,39}$"
       }
      },
      "required": [
       "parameter"
      ],
      "additionalProperties": false
     }
    ]
   },
   "Parameter": {
    "oneOf": [
     {
      "title": "TextParameter",
      "type": "object",
      "properties": {
       "type": {
        "const": "string"
       },
       "title": {
        "type": "string",
        "maxLength": 200
       },
       "description": {
        "type": "string",
        "maxLength": 2000
       },
       "default": {
        "type": "string",
        "maxLength": 10000
       },
       "enum": {
        "type": "array",
        "minItems": 1,
        "maxItems": 200,
        "uniqueItems": true,
        "items": {
         "type": "string",
         "maxLength": 1000
        }
       },
       "minLength": {
        "type": "integer",
        "minimum": 0,
        "maximum": 10000
       },
       "maxLength": {
        "type": "integer",
        "minimum": 0,
        "maximum": 10000
       },
       "writeOnly": {
        "const": true,
        "description": "A secret: asked for, kept nowhere. The cells get the path of a file that holds it, in the variable <name>_file."
       }
      },
      "required": [
       "type"
      ],
      "additionalProperties": false
     },
     {
      "title": "NumberParameter",
      "type": "object",
      "properties": {
       "type": {
        "enum": [
         "integer",
         "number"
        ]
       },
       "title": {
        "type": "string",
        "maxLength": 200
       },
       "description": {
        "type": "string",
        "maxLength": 2000
       },
       "unit": {
        "type": "string",
        "maxLength": 40
       },
       "default": {
        "type": "number"
       },
       "enum": {
        "type": "array",
        "minItems": 1,
        "maxItems": 200,
        "uniqueItems": true,
        "items": {
         "type": "number"
        }
       },
       "minimum": {
        "type": "number"
       },
       "maximum": {
        "type": "number"
       }
      },
      "required": [
       "type"
      ],
      "additionalProperties": false
     },
     {
      "title": "BooleanParameter",
      "type": "object",
      "properties": {
       "type": {
        "const": "boolean"
       },
       "title": {
        "type": "string",
        "maxLength": 200
       },
       "description": {
        "type": "string",
        "maxLength": 2000
       },
       "default": {
        "type": "boolean"
       }
      },
      "required": [
       "type"
      ],
      "additionalProperties": false
     }
    ]
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "environments.schema.json",
  "title": "Environments",
  "description": "The environments that were built, by name. Saved as environments.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "environments": {
    "type": "object",
    "additionalProperties": {
     "$ref": "#/$defs/Environment"
    }
   }
  },
  "required": [
   "schemaVersion",
   "environments"
  ],
  "additionalProperties": false,
  "$defs": {
   "Environment": {
    "oneOf": [
     {
      "title": "PrefixEnvironment",
      "type": "object",
      "properties": {
       "id": {
        "$ref": "common.schema.json#/$defs/Sha256",
        "description": "Of spec, builder version, platform and interpreter: of content, never of paths or times."
       },
       "builder": {
        "const": "prefix"
       },
       "prefix": {
        "type": "string",
        "pattern": "^/"
       },
       "basePrefix": {
        "type": "string",
        "pattern": "^/"
       },
       "lock": {
        "$ref": "#/$defs/EnvironmentLock"
       }
      },
      "required": [
       "id",
       "builder",
       "prefix",
       "basePrefix",
       "lock"
      ],
      "additionalProperties": false
     },
     {
      "title": "ImageEnvironment",
      "type": "object",
      "properties": {
       "id": {
        "$ref": "common.schema.json#/$defs/Sha256",
        "description": "Of spec, builder version, platform and interpreter: of content, never of paths or times."
       },
       "builder": {
        "const": "image"
       },
       "image": {
        "$ref": "target.schema.json#/$defs/ImageId"
       },
       "user": {
        "type": "object",
        "description": "Whom its programs run as.",
        "properties": {
         "uid": {
          "type": "integer",
          "minimum": 0
         },
         "gid": {
          "type": "integer",
          "minimum": 0
         },
         "name": {
          "type": "string"
         }
        },
        "required": [
         "uid",
         "gid",
         "name"
        ],
        "additionalProperties": false
       },
       "home": {
        "type": "string",
        "pattern": "^/."
       },
       "entrypoint": {
        "type": "array",
        "items": {
         "type": "string"
        },
        "description": "What the image wants its programs to be started by."
       },
       "lock": {
        "$ref": "#/$defs/EnvironmentLock"
       }
      },
      "required": [
       "id",
       "builder",
       "image",
       "user",
       "home",
       "entrypoint",
       "lock"
      ],
      "additionalProperties": false
     }
    ]
   },
   "EnvironmentLock": {
    "type": "object",
    "description": "What went into an environment, exactly.",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "interpreter": {
      "type": "object",
      "properties": {
       "implementation": {
        "type": "string"
       },
       "version": {
        "type": "string"
       }
      },
      "required": [
       "implementation",
       "version"
      ],
      "additionalProperties": false
     },
     "platform": {
      "$ref": "target.schema.json#/$defs/Platform"
     },
     "packages": {
      "type": "array",
      "items": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string"
        },
        "version": {
         "type": "string"
        },
        "hashes": {
         "type": "array",
         "items": {
          "type": "string",
          "pattern": "^[a-z0-9]+:[0-9a-f]+$"
         }
        },
        "url": {
         "type": "string",
         "description": "For a requirement that named an address."
        }
       },
       "required": [
        "name",
        "version",
        "hashes"
       ],
       "additionalProperties": false
      }
     },
     "images": {
      "type": "array",
      "description": "The images that it was built on.",
      "items": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string"
        },
        "used": {
         "type": "string"
        },
        "image": {
         "$ref": "target.schema.json#/$defs/ImageId"
        },
        "digest": {
         "$ref": "target.schema.json#/$defs/ImageId"
        }
       },
       "required": [
        "name",
        "used",
        "image"
       ],
       "additionalProperties": false
      }
     },
     "system": {
      "type": "array",
      "description": "The packages of the image's distribution.",
      "items": {
       "type": "object",
       "properties": {
        "name": {
         "type": "string"
        },
        "version": {
         "type": "string"
        },
        "architecture": {
         "type": "string"
        }
       },
       "required": [
        "name",
        "version",
        "architecture"
       ],
       "additionalProperties": false
      }
     }
    },
    "required": [
     "schemaVersion",
     "platform",
     "packages"
    ],
    "additionalProperties": false
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "event.schema.json",
  "title": "EventRecord",
  "description": "One line of events.ndjson.",
  "type": "object",
  "properties": {
   "seq": {
    "type": "integer",
    "minimum": 1
   },
   "time": {
    "$ref": "common.schema.json#/$defs/Timestamp"
   },
   "step": {
    "type": "string"
   },
   "code": {
    "type": "string"
   },
   "args": {
    "type": "object",
    "additionalProperties": true
   }
  },
  "required": [
   "seq",
   "time",
   "code",
   "args"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "exec-request.schema.json",
  "title": "ExecRequest",
  "description": "What a cell asks the broker to run on a node of its cluster.",
  "type": "object",
  "properties": {
   "argv": {
    "type": "array",
    "minItems": 1,
    "maxItems": 10000,
    "items": {
     "type": "string"
    },
    "description": "A program and its arguments; never a shell string."
   },
   "cwd": {
    "$ref": "common.schema.json#/$defs/RelativePath",
    "description": "Below the node's home."
   },
   "env": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "input": {
    "type": "string"
   },
   "timeoutSeconds": {
    "type": "number",
    "exclusiveMinimum": 0
   }
  },
  "required": [
   "argv"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "experiment.schema.json",
  "title": "Experiment",
  "description": "What an experiment notebook carries in metadata.repo2vc: the records it used.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "kind": {
    "const": "experiment"
   },
   "used": {
    "type": "array",
    "maxItems": 100,
    "items": {
     "$ref": "#/$defs/UsedLink"
    },
    "description": "What the experiment used: at most one environment, any number of data records."
   }
  },
  "required": [
   "schemaVersion",
   "kind",
   "used"
  ],
  "additionalProperties": false,
  "$defs": {
   "UsedLink": {
    "oneOf": [
     {
      "title": "UsedRecord",
      "type": "object",
      "description": "A published record. sha256 is the SHA-256 of what `sha256sum` prints for the record's files in the byte order of their names.",
      "properties": {
       "role": {
        "enum": [
         "environment",
         "data"
        ]
       },
       "doi": {
        "$ref": "common.schema.json#/$defs/Doi"
       },
       "sha256": {
        "$ref": "common.schema.json#/$defs/Sha256"
       },
       "into": {
        "$ref": "common.schema.json#/$defs/RelativePath",
        "description": "role data: the folder, beside the notebook, where the experiment expects the files. Default: data."
       }
      },
      "required": [
       "role",
       "doi"
      ],
      "additionalProperties": false
     },
     {
      "title": "UsedFolder",
      "type": "object",
      "description": "A folder beside the notebook that is not published yet; publish replaces it by a UsedRecord in the uploaded copy.",
      "properties": {
       "role": {
        "enum": [
         "environment",
         "data"
        ]
       },
       "path": {
        "$ref": "common.schema.json#/$defs/RelativePath"
       }
      },
      "required": [
       "role",
       "path"
      ],
      "additionalProperties": false
     }
    ]
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "journal-entry.schema.json",
  "title": "JournalEntry",
  "description": "One line of a cluster's journal.ndjson: what was about to be done, and how it ended.",
  "type": "object",
  "properties": {
   "time": {
    "$ref": "common.schema.json#/$defs/Timestamp"
   },
   "cluster": {
    "type": "string"
   },
   "phase": {
    "enum": [
     "intent",
     "done",
     "failed"
    ]
   },
   "step": {
    "type": "string"
   },
   "kind": {
    "enum": [
     "ensure",
     "replace",
     "remove"
    ]
   },
   "why": {
    "type": "string"
   },
   "code": {
    "type": "string"
   }
  },
  "required": [
   "time",
   "cluster",
   "phase",
   "step",
   "kind"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "lock.schema.json",
  "title": "LockOwner",
  "description": "The process that owns a folder: one line of lock.N.json, the highest N counts.",
  "type": "object",
  "properties": {
   "pid": {
    "type": "integer"
   },
   "startTime": {
    "type": "string",
    "description": "Field 22 of /proc/PID/stat: tells a reused pid from its first bearer."
   },
   "boot": {
    "type": "string",
    "description": "/proc/sys/kernel/random/boot_id."
   },
   "host": {
    "type": "string"
   },
   "released": {
    "type": "boolean"
   }
  },
  "required": [
   "pid",
   "startTime",
   "boot",
   "host",
   "released"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "needs.schema.json",
  "title": "Needs",
  "description": "Questions of a run that wait for an answer. Saved as needs.json; removed when all are answered.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "step": {
    "type": "string"
   },
   "needs": {
    "type": "array",
    "minItems": 1,
    "items": {
     "$ref": "#/$defs/Need"
    }
   }
  },
  "required": [
   "schemaVersion",
   "step",
   "needs"
  ],
  "additionalProperties": false,
  "$defs": {
   "Need": {
    "oneOf": [
     {
      "title": "ParameterNeed",
      "type": "object",
      "properties": {
       "kind": {
        "const": "parameter"
       },
       "name": {
        "type": "string"
       },
       "parameter": {
        "$ref": "environment-template.schema.json#/$defs/Parameter"
       }
      },
      "required": [
       "kind",
       "name",
       "parameter"
      ],
      "additionalProperties": false
     },
     {
      "title": "ConsentNeed",
      "type": "object",
      "description": "Running other people's code on this computer, or building packages from source.",
      "properties": {
       "kind": {
        "const": "consent"
       },
       "to": {
        "enum": [
         "process",
         "source-builds"
        ]
       },
       "isolation": {
        "enum": [
         "bubblewrap",
         "container",
         "none"
        ],
        "description": "What keeps that code apart where it runs."
       },
       "packages": {
        "type": "array",
        "items": {
         "type": "string"
        }
       }
      },
      "required": [
       "kind",
       "to"
      ],
      "additionalProperties": false
     },
     {
      "title": "ConfirmNeed",
      "type": "object",
      "properties": {
       "kind": {
        "const": "confirm"
       },
       "what": {
        "enum": [
         "plan",
         "publication"
        ]
       },
       "hash": {
        "$ref": "common.schema.json#/$defs/Sha256"
       }
      },
      "required": [
       "kind",
       "what",
       "hash"
      ],
      "additionalProperties": false
     },
     {
      "title": "LoginNeed",
      "type": "object",
      "properties": {
       "kind": {
        "const": "login"
       },
       "origin": {
        "$ref": "common.schema.json#/$defs/Origin"
       },
       "why": {
        "enum": [
         "restricted",
         "publish",
         "refused"
        ]
       }
      },
      "required": [
       "kind",
       "origin",
       "why"
      ],
      "additionalProperties": false
     },
     {
      "title": "MetadataNeed",
      "type": "object",
      "description": "What a record must say and no file told.",
      "properties": {
       "kind": {
        "const": "metadata"
       },
       "field": {
        "enum": [
         "title",
         "creators",
         "licence"
        ]
       },
       "role": {
        "enum": [
         "data",
         "environment",
         "experiment"
        ]
       }
      },
      "required": [
       "kind",
       "field",
       "role"
      ],
      "additionalProperties": false
     }
    ]
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "observed.schema.json",
  "title": "ClusterView",
  "description": "What exists now, found by tags. Saved as observed.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "cluster": {
    "$ref": "cluster.schema.json#/$defs/ClusterId"
   },
   "provider": {
    "$ref": "common.schema.json#/$defs/Name"
   },
   "phase": {
    "enum": [
     "absent",
     "partial",
     "ready",
     "degraded",
     "expired"
    ]
   },
   "nodes": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/NodeView"
    }
   },
   "expiresAt": {
    "$ref": "common.schema.json#/$defs/Timestamp"
   },
   "seenAt": {
    "$ref": "common.schema.json#/$defs/Timestamp"
   },
   "others": {
    "type": "array",
    "description": "What belongs to the cluster beside its nodes: networks, volumes.",
    "items": {
     "type": "object",
     "properties": {
      "kind": {
       "type": "string"
      },
      "name": {
       "type": "string"
      },
      "ref": {
       "type": "string"
      }
     },
     "required": [
      "kind",
      "name",
      "ref"
     ],
     "additionalProperties": false
    }
   }
  },
  "required": [
   "schemaVersion",
   "cluster",
   "provider",
   "phase",
   "nodes",
   "seenAt"
  ],
  "additionalProperties": false,
  "$defs": {
   "NodeView": {
    "type": "object",
    "properties": {
     "name": {
      "$ref": "common.schema.json#/$defs/Name"
     },
     "role": {
      "$ref": "common.schema.json#/$defs/Name"
     },
     "state": {
      "enum": [
       "creating",
       "ready",
       "lost",
       "expired"
      ]
     },
     "address": {
      "type": "string",
      "description": "What the other nodes of its cluster call it: a name or an address."
     },
     "ref": {
      "type": "string",
      "description": "The provider's own id."
     },
     "specHash": {
      "$ref": "common.schema.json#/$defs/Sha256"
     },
     "reason": {
      "$ref": "common.schema.json#/$defs/Reason"
     },
     "endpoints": {
      "type": "array",
      "description": "Where its ports answer, seen from this computer, as far as that is settled.",
      "items": {
       "type": "object",
       "properties": {
        "port": {
         "type": "integer"
        },
        "host": {
         "type": "string"
        },
        "hostPort": {
         "type": "integer"
        }
       },
       "required": [
        "port",
        "host",
        "hostPort"
       ],
       "additionalProperties": false
      }
     }
    },
    "required": [
     "name",
     "role",
     "state",
     "ref"
    ],
    "additionalProperties": false
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "plan.schema.json",
  "title": "Plan",
  "description": "What will be built and run: a pure function of snapshot, detection and parameters. Saved as plan.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "title": {
    "type": "string"
   },
   "experiment": {
    "type": "object",
    "properties": {
     "contentId": {
      "$ref": "common.schema.json#/$defs/Sha256"
     },
     "doi": {
      "$ref": "common.schema.json#/$defs/Doi"
     },
     "entry": {
      "$ref": "common.schema.json#/$defs/RelativePath"
     },
     "directory": {
      "$ref": "common.schema.json#/$defs/RelativePath",
      "description": "Where it is placed, below the node's home."
     }
    },
    "required": [
     "contentId",
     "directory"
    ],
    "additionalProperties": false
   },
   "template": {
    "type": "object",
    "properties": {
     "title": {
      "type": "string"
     },
     "contentId": {
      "$ref": "common.schema.json#/$defs/Sha256"
     },
     "doi": {
      "$ref": "common.schema.json#/$defs/Doi"
     },
     "notebook": {
      "$ref": "common.schema.json#/$defs/RelativePath"
     }
    },
    "required": [
     "title",
     "contentId",
     "notebook"
    ],
    "additionalProperties": false
   },
   "reasons": {
    "type": "array",
    "items": {
     "$ref": "common.schema.json#/$defs/Reason"
    }
   },
   "parameters": {
    "$ref": "common.schema.json#/$defs/Values"
   },
   "secrets": {
    "type": "array",
    "items": {
     "type": "string"
    },
    "description": "Names of the parameters whose values are secret."
   },
   "environments": {
    "type": "object",
    "additionalProperties": {
     "$ref": "environment-spec.schema.json"
    }
   },
   "groups": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/NodeGroup"
    },
    "minItems": 1
   },
   "client": {
    "type": "object",
    "description": "Where the template's cells run; absent when there are none.",
    "properties": {
     "environment": {
      "type": "string"
     },
     "timeoutSeconds": {
      "type": "integer",
      "minimum": 1
     }
    },
    "required": [
     "environment",
     "timeoutSeconds"
    ],
    "additionalProperties": false
   },
   "steps": {
    "type": "array",
    "items": {
     "$ref": "detection.schema.json#/$defs/TemplateStep"
    }
   },
   "checks": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "name": {
       "type": "string"
      },
      "command": {
       "type": "array",
       "items": {
        "type": "string"
       }
      }
     },
     "required": [
      "name",
      "command"
     ],
     "additionalProperties": false
    }
   },
   "data": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "into": {
       "$ref": "common.schema.json#/$defs/RelativePath"
      },
      "contentId": {
       "$ref": "common.schema.json#/$defs/Sha256"
      },
      "doi": {
       "$ref": "common.schema.json#/$defs/Doi"
      },
      "bytes": {
       "type": "integer",
       "minimum": 0
      }
     },
     "required": [
      "into",
      "contentId",
      "bytes"
     ],
     "additionalProperties": false
    }
   },
   "expires": {
    "type": "object",
    "properties": {
     "defaultMinutes": {
      "$ref": "common.schema.json#/$defs/Minutes"
     },
     "mostMinutes": {
      "$ref": "common.schema.json#/$defs/Minutes"
     }
    },
    "required": [
     "defaultMinutes",
     "mostMinutes"
    ],
    "additionalProperties": false
   }
  },
  "required": [
   "schemaVersion",
   "title",
   "experiment",
   "reasons",
   "parameters",
   "secrets",
   "environments",
   "groups",
   "steps",
   "checks",
   "data",
   "expires"
  ],
  "additionalProperties": false,
  "$defs": {
   "NodeGroup": {
    "type": "object",
    "properties": {
     "role": {
      "$ref": "common.schema.json#/$defs/Name"
     },
     "count": {
      "type": "integer",
      "minimum": 1
     },
     "environment": {
      "type": "string"
     },
     "cpus": {
      "type": "number",
      "exclusiveMinimum": 0
     },
     "memoryMiB": {
      "type": "integer",
      "minimum": 16
     }
    },
    "required": [
     "role",
     "count",
     "environment"
    ],
    "additionalProperties": false
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "prepared.schema.json",
  "title": "Prepared",
  "description": "What the template's cells and checks did to the cluster. Saved as prepared.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "notebook": {
    "$ref": "common.schema.json#/$defs/RelativePath",
    "description": "In the run folder: the executed template, scrubbed of secrets; absent when it has no steps."
   },
   "cells": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "cell": {
       "type": "integer",
       "minimum": 0,
       "description": "Index among all cells of the notebook."
      },
      "ms": {
       "type": "integer",
       "minimum": 0
      }
     },
     "required": [
      "cell",
      "ms"
     ],
     "additionalProperties": false
    }
   },
   "checks": {
    "type": "array",
    "items": {
     "type": "string"
    },
    "description": "Names of the checks that the node passed."
   }
  },
  "required": [
   "schemaVersion",
   "cells",
   "checks"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "process-node.schema.json",
  "title": "ProcessNodeTag",
  "description": "What a node made of processes is, and whose: the first file in its folder. Saved as tag.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "version": {
    "type": "string",
    "description": "Of the repo2vc that made it."
   },
   "cluster": {
    "$ref": "cluster.schema.json#/$defs/ClusterId"
   },
   "node": {
    "$ref": "common.schema.json#/$defs/Name"
   },
   "role": {
    "$ref": "common.schema.json#/$defs/Name"
   },
   "specHash": {
    "$ref": "common.schema.json#/$defs/Sha256"
   },
   "expiresAt": {
    "$ref": "common.schema.json#/$defs/Timestamp",
    "description": "As it was at birth; the file lease beside it says when it ends now."
   },
   "prefix": {
    "type": "string",
    "pattern": "^/"
   },
   "basePrefix": {
    "type": "string",
    "pattern": "^/"
   },
   "cpus": {
    "type": "number",
    "exclusiveMinimum": 0
   },
   "memoryMiB": {
    "type": "integer",
    "minimum": 16
   },
   "isolation": {
    "enum": [
     "bubblewrap",
     "none"
    ]
   },
   "host": {
    "type": "string"
   },
   "boot": {
    "type": "string",
    "description": "/proc/sys/kernel/random/boot_id."
   }
  },
  "required": [
   "schemaVersion",
   "version",
   "cluster",
   "node",
   "role",
   "specHash",
   "expiresAt",
   "prefix",
   "basePrefix",
   "isolation",
   "host",
   "boot"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "published.schema.json",
  "title": "PublishedRecord",
  "description": "A record that was published from this computer. One line each in published.ndjson.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "contentId": {
    "$ref": "common.schema.json#/$defs/Sha256"
   },
   "doi": {
    "$ref": "common.schema.json#/$defs/Doi"
   },
   "role": {
    "enum": [
     "data",
     "environment",
     "experiment"
    ]
   },
   "at": {
    "$ref": "common.schema.json#/$defs/Timestamp"
   }
  },
  "required": [
   "schemaVersion",
   "contentId",
   "doi",
   "role",
   "at"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "reference.schema.json",
  "title": "Reference",
  "description": "What a person asked for, read by syntax (and, for a DOI, by one question to its resolver). Saved as reference.json.",
  "oneOf": [
   {
    "title": "LocalReference",
    "type": "object",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "kind": {
      "const": "local"
     },
     "text": {
      "type": "string",
      "description": "As the person gave it."
     },
     "path": {
      "type": "string",
      "pattern": "^/",
      "description": "Absolute path of the folder."
     },
     "notebook": {
      "$ref": "common.schema.json#/$defs/RelativePath",
      "description": "The one notebook that was named, when a notebook was."
     }
    },
    "required": [
     "schemaVersion",
     "kind",
     "text",
     "path"
    ],
    "additionalProperties": false
   },
   {
    "title": "GitReference",
    "type": "object",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "kind": {
      "const": "git"
     },
     "text": {
      "type": "string"
     },
     "url": {
      "type": "string"
     },
     "ref": {
      "type": "string",
      "description": "Branch, tag or commit; the remote's default branch when absent."
     }
    },
    "required": [
     "schemaVersion",
     "kind",
     "text",
     "url"
    ],
    "additionalProperties": false
   },
   {
    "title": "InvenioRdmReference",
    "type": "object",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "kind": {
      "const": "invenio-rdm"
     },
     "text": {
      "type": "string"
     },
     "origin": {
      "$ref": "common.schema.json#/$defs/Origin"
     },
     "recordId": {
      "type": "string",
      "pattern": "^[A-Za-z0-9-]{1,64}$"
     },
     "doi": {
      "$ref": "common.schema.json#/$defs/Doi",
      "description": "The DOI that was asked for: of a version or of the concept."
     }
    },
    "required": [
     "schemaVersion",
     "kind",
     "text",
     "origin",
     "recordId"
    ],
    "additionalProperties": false
   }
  ]
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "request.schema.json",
  "title": "RunRequest",
  "description": "What a run was asked to do. Whoever starts a run writes it first. Saved as request.json.",
  "oneOf": [
   {
    "title": "ReproduceRequest",
    "type": "object",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "kind": {
      "const": "reproduce"
     },
     "reference": {
      "type": "string"
     },
     "workingDirectory": {
      "type": "string",
      "pattern": "^/",
      "description": "What a relative path is relative to."
     },
     "until": {
      "enum": [
       "target"
      ],
      "description": "Only look: choose where it would run, and stop there."
     }
    },
    "required": [
     "schemaVersion",
     "kind",
     "reference",
     "workingDirectory"
    ],
    "additionalProperties": false
   },
   {
    "title": "PublishRequest",
    "type": "object",
    "properties": {
     "schemaVersion": {
      "const": 1
     },
     "kind": {
      "const": "publish"
     },
     "folder": {
      "type": "string",
      "pattern": "^/"
     },
     "archive": {
      "type": "string",
      "minLength": 1,
      "description": "Name or origin of the archive."
     },
     "environment": {
      "$ref": "common.schema.json#/$defs/Doi",
      "description": "Publish the experiment alone, on this environment template."
     }
    },
    "required": [
     "schemaVersion",
     "kind",
     "folder",
     "archive"
    ],
    "additionalProperties": false
   }
  ]
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "session.schema.json",
  "title": "Session",
  "description": "Where the experiment can be opened. The token lies apart, in tokenFile. Saved as session.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "cluster": {
    "type": "string"
   },
   "node": {
    "$ref": "common.schema.json#/$defs/Name"
   },
   "host": {
    "type": "string"
   },
   "port": {
    "type": "integer",
    "minimum": 1,
    "maximum": 65535
   },
   "forwarded": {
    "const": true,
    "description": "It answers there only while a repo2vc leads the way: `runs forward`."
   },
   "basePath": {
    "type": "string",
    "pattern": "^/(.*/)?$"
   },
   "openPath": {
    "type": "string",
    "description": "Below basePath: the page of the entry notebook."
   },
   "directory": {
    "$ref": "common.schema.json#/$defs/RelativePath"
   },
   "tokenFile": {
    "$ref": "common.schema.json#/$defs/RelativePath",
    "description": "In the run folder, mode 0600."
   },
   "expiresAt": {
    "$ref": "common.schema.json#/$defs/Timestamp"
   }
  },
  "required": [
   "schemaVersion",
   "cluster",
   "node",
   "host",
   "port",
   "basePath",
   "openPath",
   "directory",
   "tokenFile",
   "expiresAt"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "settings.schema.json",
  "title": "Settings",
  "description": "settings.yaml: what a person configured. Every key is optional.",
  "type": "object",
  "properties": {
   "archives": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/ArchiveSetting"
    }
   },
   "expiresAfterMinutes": {
    "$ref": "common.schema.json#/$defs/Minutes"
   },
   "download": {
    "type": "object",
    "properties": {
     "maxBytes": {
      "type": "integer",
      "minimum": 1,
      "description": "Of one record or repository. Default: 50 GiB."
     },
     "maxFiles": {
      "type": "integer",
      "minimum": 1,
      "description": "Default: 20000."
     }
    },
    "additionalProperties": false
   },
   "session": {
    "type": "object",
    "properties": {
     "basePath": {
      "type": "string",
      "pattern": "^/([A-Za-z0-9._~@-]+/)*$",
      "description": "The path below which JupyterLab serves an experiment, for instance behind a proxy. Default: /."
     }
    },
    "additionalProperties": false
   },
   "containers": {
    "$ref": "#/$defs/ContainerSettings"
   }
  },
  "additionalProperties": false,
  "$defs": {
   "ArchiveSetting": {
    "type": "object",
    "properties": {
     "name": {
      "$ref": "common.schema.json#/$defs/Name"
     },
     "origin": {
      "$ref": "common.schema.json#/$defs/Origin"
     },
     "doiPrefixes": {
      "type": "array",
      "items": {
       "type": "string",
       "pattern": "^10\\.[0-9]{4,9}(/\\S*)?$"
      },
      "description": "DOIs that begin so are resolved by asking this archive, not doi.org."
     },
     "directory": {
      "type": "string",
      "description": "The folder that a local archive is served from."
     }
    },
    "required": [
     "name",
     "origin"
    ],
    "additionalProperties": false
   },
   "ContainerSettings": {
    "type": "object",
    "description": "How images are built and containers are made.",
    "properties": {
     "baseImages": {
      "type": "object",
      "description": "Images by the name that is asked for: the name to take in its place. A name that ends in * stands for all that begin so.",
      "additionalProperties": {
       "type": "string",
       "minLength": 1
      }
     },
     "authorities": {
      "type": "string",
      "description": "The certificate authorities that builds and nodes trust: auto (this computer's, where its environment names them), none, or the path of a file. Default: auto."
     },
     "subnets": {
      "type": "array",
      "minItems": 1,
      "items": {
       "type": "string",
       "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+/[0-9]+$"
      },
      "description": "Where the networks of clusters take their addresses from. Default: 10.213.0.0/16."
     },
     "buildMemoryMiB": {
      "type": "integer",
      "minimum": 64,
      "description": "The most memory that a build may use. Default: 4096."
     },
     "buildMinutes": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1440,
      "description": "The longest time that a build may take. Default: 120."
     },
     "imageMiB": {
      "type": "integer",
      "minimum": 1,
      "description": "The most that an image may hold, what it is built on included. Default: 20480."
     },
     "contextMiB": {
      "type": "integer",
      "minimum": 1,
      "description": "The most that the files around a Dockerfile may hold. Default: 5120."
     }
    },
    "additionalProperties": false
   }
  }
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "snapshot.schema.json",
  "title": "Snapshot",
  "description": "The files that a reference stood for, fetched and verified. Saved as snapshot.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "reference": {
    "$ref": "reference.schema.json"
   },
   "folder": {
    "$ref": "common.schema.json#/$defs/RelativePath",
    "description": "Where the files lie, relative to the run folder."
   },
   "contentId": {
    "$ref": "common.schema.json#/$defs/Sha256",
    "description": "SHA-256 of what `sha256sum` prints for the files as published, in the byte order of their names."
   },
   "notebook": {
    "$ref": "common.schema.json#/$defs/RelativePath",
    "description": "The one notebook that the reference named."
   },
   "title": {
    "type": "string"
   },
   "doi": {
    "$ref": "common.schema.json#/$defs/Doi",
    "description": "The version DOI."
   },
   "conceptDoi": {
    "$ref": "common.schema.json#/$defs/Doi"
   },
   "revision": {
    "type": "string",
    "description": "git: the commit."
   },
   "publishedAt": {
    "type": "string",
    "description": "EDTF date of a record, or the committer date of a commit."
   },
   "licence": {
    "type": "string"
   },
   "files": {
    "type": "array",
    "items": {
     "$ref": "common.schema.json#/$defs/FileEntry"
    },
    "description": "The files in folder, sorted by path."
   },
   "published": {
    "type": "array",
    "items": {
     "$ref": "common.schema.json#/$defs/FileEntry"
    },
    "description": "The files as the record lists them, when an archive among them was unpacked into folder."
   },
   "links": {
    "type": "array",
    "description": "`used` links that the record itself declares, outside its notebooks.",
    "items": {
     "type": "object",
     "properties": {
      "role": {
       "enum": [
        "environment",
        "data"
       ]
      },
      "doi": {
       "$ref": "common.schema.json#/$defs/Doi"
      },
      "from": {
       "enum": [
        "related-identifiers",
        "ro-crate"
       ]
      }
     },
     "required": [
      "role",
      "doi",
      "from"
     ],
     "additionalProperties": false
    }
   }
  },
  "required": [
   "schemaVersion",
   "reference",
   "folder",
   "contentId",
   "files",
   "links"
  ],
  "additionalProperties": false
 },
 {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "target.schema.json",
  "title": "Target",
  "description": "Where and how a plan is carried out: host facts and the person's choice. Saved as target.json.",
  "type": "object",
  "properties": {
   "schemaVersion": {
    "const": 1
   },
   "provider": {
    "$ref": "common.schema.json#/$defs/Name"
   },
   "builder": {
    "$ref": "common.schema.json#/$defs/Name"
   },
   "platform": {
    "$ref": "#/$defs/Platform"
   },
   "bases": {
    "type": "object",
    "description": "What each environment is built on.",
    "additionalProperties": {
     "$ref": "#/$defs/Base"
    }
   },
   "cost": {
    "type": "object",
    "properties": {
     "basis": {
      "const": "free"
     }
    },
    "required": [
     "basis"
    ],
    "additionalProperties": false
   },
   "expiresAfterMinutes": {
    "$ref": "common.schema.json#/$defs/Minutes"
   },
   "isolation": {
    "enum": [
     "bubblewrap",
     "container",
     "none"
    ],
    "description": "What keeps other people's code from this computer."
   },
   "limits": {
    "enum": [
     "enforced",
     "watched"
    ]
   },
   "expiry": {
    "enum": [
     "enforced",
     "best-effort"
    ]
   },
   "sourceBuilds": {
    "type": "boolean",
    "description": "Whether packages may be built from source, which runs their authors' code while building."
   },
   "reasons": {
    "type": "array",
    "items": {
     "$ref": "common.schema.json#/$defs/Reason"
    }
   }
  },
  "required": [
   "schemaVersion",
   "provider",
   "builder",
   "platform",
   "bases",
   "cost",
   "expiresAfterMinutes",
   "isolation",
   "limits",
   "expiry",
   "sourceBuilds",
   "reasons"
  ],
  "additionalProperties": false,
  "$defs": {
   "Platform": {
    "type": "object",
    "properties": {
     "os": {
      "type": "string"
     },
     "architecture": {
      "type": "string"
     },
     "libc": {
      "type": "string",
      "description": "For instance glibc-2.36 or musl-1.2; of-the-image where the image decides."
     }
    },
    "required": [
     "os",
     "architecture",
     "libc"
    ],
    "additionalProperties": false
   },
   "Interpreter": {
    "type": "object",
    "properties": {
     "implementation": {
      "type": "string"
     },
     "version": {
      "type": "string",
      "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+"
     },
     "path": {
      "type": "string",
      "pattern": "^/"
     },
     "basePrefix": {
      "type": "string",
      "pattern": "^/",
      "description": "sys.base_prefix: the folder that the interpreter needs at run time."
     }
    },
    "required": [
     "implementation",
     "version",
     "path",
     "basePrefix"
    ],
    "additionalProperties": false
   },
   "Base": {
    "description": "What an environment is built on: resolved before anything is built, so that a tag that moved gives another environment.",
    "oneOf": [
     {
      "title": "InterpreterBase",
      "type": "object",
      "properties": {
       "kind": {
        "const": "interpreter"
       },
       "interpreter": {
        "$ref": "#/$defs/Interpreter"
       }
      },
      "required": [
       "kind",
       "interpreter"
      ],
      "additionalProperties": false
     },
     {
      "title": "ImagesBase",
      "type": "object",
      "properties": {
       "kind": {
        "const": "images"
       },
       "images": {
        "type": "array",
        "items": {
         "$ref": "#/$defs/BaseImage"
        }
       }
      },
      "required": [
       "kind",
       "images"
      ],
      "additionalProperties": false
     }
    ]
   },
   "BaseImage": {
    "type": "object",
    "properties": {
     "name": {
      "type": "string",
      "description": "As it was asked for: python:3.11-slim-bookworm."
     },
     "used": {
      "type": "string",
      "description": "The name that is taken in its place, by the person's settings; else the same."
     },
     "image": {
      "$ref": "#/$defs/ImageId",
      "description": "Of the image that the engine has."
     },
     "digest": {
      "$ref": "#/$defs/ImageId",
      "description": "Of the manifest at the registry, when it must be fetched."
     }
    },
    "required": [
     "name",
     "used"
    ],
    "additionalProperties": false
   },
   "ImageId": {
    "type": "string",
    "pattern": "^sha256:[0-9a-f]{64}$"
   }
  }
 }
];
